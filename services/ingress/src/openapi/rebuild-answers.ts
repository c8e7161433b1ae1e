import { z } from 'zod'

export const unconfirmedSchema = z
  .object({
    unconfirmed: z.array(
      z.object({
        mailbox: z.string(),
        appointmentId: z.string(),
        asks: z
          .enum(['create', 'cancel'])
          .describe(
            'What the application asks for. create: to make an appointment that has no item in Exchange. cancel: to delete an item that may be a copy which its user has made.',
          ),
        itemId: z
          .string()
          .optional()
          .describe(
            'Of what it asks to cancel: the EWS id of the item that would be deleted. Missing if that is not known: then it is all that carry the stamp of the appointment.',
          ),
        version: z.int(),
        madeAt: z.iso.datetime().describe('When the application made that version.'),
        since: z.iso.datetime(),
      }),
    ),
    next: z.int().optional().describe('What to ask for next as `after`. Missing: these are the last.'),
  })
  .meta({ id: 'UnconfirmedList' })

export const decisionSchema = z
  .strictObject({ decision: z.enum(['create', 'cancel', 'drop']) })
  .meta({ id: 'Decision' })

export const decidedSchema = z
  .object({
    decision: z.enum(['create', 'cancel', 'drop']),
    decided: z.boolean().describe('Whether it was unconfirmed.'),
  })
  .meta({ id: 'Decided' })

export const rebuildSchema = z.strictObject({ action: z.enum(['begin', 'end']) }).meta({ id: 'Rebuild' })

export const rebuildingSchema = z
  .object({ mailbox: z.string(), restored: z.iso.datetime().optional() })
  .meta({ id: 'Rebuilding' })
