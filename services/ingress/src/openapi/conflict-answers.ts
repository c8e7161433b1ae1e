import { z } from 'zod'

const side = z.enum(['exchange', 'application'])
const version = z
  .object({
    fingerprint: z.string().optional().describe('Missing if it was not read.'),
    values: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('The properties; missing if nobody holds them any more, or they may not be shown.'),
  })
  .meta({ id: 'ContestedValue' })

export const conflictSchema = z
  .object({
    version: z.int().describe('The version that the application sent without knowing what Exchange held.'),
    at: z.iso.datetime(),
    fields: z.array(
      z.object({
        properties: z.array(z.string()),
        winner: side.describe('By now, reversals included.'),
        isCurrent: z.boolean().describe('Whether Exchange holds what the newest decision left there.'),
        application: version,
        exchange: version,
      }),
    ),
    reversals: z.array(z.object({ at: z.iso.datetime(), by: z.string() })),
    keptUntil: z.iso.datetime().optional().describe('Until when it can be reversed, if nothing changes.'),
  })
  .meta({ id: 'Conflict' })

export const conflictsSchema = z
  .object({
    mailbox: z.string(),
    appointmentId: z.string(),
    conflicts: z.array(conflictSchema).describe('The newest, the oldest of them first.'),
  })
  .meta({ id: 'Conflicts' })

export const reversalSchema = z
  .strictObject({
    reversals: z
      .int()
      .min(0)
      .optional()
      .describe(
        'How many reversals you know of. If there are others nothing is done, so that the same call sent twice is no reversal of the reversal.',
      ),
    by: z.string().min(1).max(200).optional().describe('Who reverses it, as it is to be remembered.'),
  })
  .meta({ id: 'Reversal' })
