import { changeSchema } from '@lockstep/producer'
import { z } from 'zod'
import { settingsInForceSchema } from './setting-answers.ts'
import {
  brakesSchema,
  frozenSchema,
  listingSchema,
  mailsSchema,
  notificationsSchema,
} from './mailbox-answers.ts'

const time = z.iso.datetime()
const refusal = z
  .enum(['private', 'confidential', 'personal', 'recurring', 'attendeeCopy', 'responseNotSupported'])
  .describe('Why it may not cross.')

const fingerprints = z.record(z.string(), z.string())

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What is wrong.'),
    mend: z.string().optional().describe('What to do about it.'),
    errors: z
      .array(
        z.object({
          field: z.string(),
          pointer: z.string().optional().describe('A JSON pointer into the event.'),
          detail: z.string(),
          mend: z.string().optional(),
        }),
      )
      .optional(),
    requestId: z.string().optional(),
  })
  .meta({ id: 'Problem', description: 'A problem document (RFC 9457).' })

export const eventResultSchema = z
  .object({
    id: z.string().optional(),
    appointmentId: z.string().optional(),
    version: z.int().optional(),
    status: z
      .enum(['accepted', 'stale', 'refused', 'invalid'])
      .describe(
        'accepted: stored. stale: this version or a newer one was there before. refused: it may not cross; an older copy is withdrawn. invalid: nothing was stored.',
      ),
    reason: refusal.optional(),
    problems: z.array(z.object({ pointer: z.string(), detail: z.string(), mend: z.string() })).optional(),
  })
  .meta({ id: 'EventResult' })

export const resultsSchema = z
  .object({ results: z.array(eventResultSchema).describe('One for each event, in order.') })
  .meta({ id: 'EventResults' })

export const directionSchema = z
  .object({
    attempts: z.int(),
    due: time.optional().describe('When it is tried next.'),
    code: z.string().optional().describe('Why the last attempt failed.'),
    parkedAt: time.optional().describe('It cannot succeed and waits for a newer version or to be replayed.'),
  })
  .meta({ id: 'Direction' })

export const appointmentStateSchema = z
  .object({
    mailbox: z.string(),
    appointmentId: z.string(),
    state: z.enum(['settled', 'pending', 'parked']),
    wanted: z
      .object({
        kind: z.enum(['present', 'absent']),
        version: z.int(),
        at: time,
        reason: z.union([z.literal('cancelled'), refusal]).optional(),
      })
      .optional()
      .describe('What the application wants Exchange to hold.'),
    writtenVersion: z.int().describe('The newest version that Exchange was made to hold; 0 if none was.'),
    revision: z.int().describe('The newest revision that the application acknowledged.'),
    inExchange: z.boolean(),
    inApplication: z.boolean().describe('Whether the application is known to hold it, by its own word.'),
    asleep: refusal.optional().describe('Withdrawn by Exchange: events are remembered and not written.'),
    frozen: frozenSchema.optional(),
    outbound: directionSchema
      .optional()
      .describe('Present while Exchange is not known to hold what is wanted.'),
    inbound: directionSchema
      .optional()
      .describe('Present while the application was not told what Exchange holds.'),
    conflicts: z.array(
      z.object({
        at: time,
        version: z.int(),
        properties: z.array(z.string()),
        winner: z.enum(['exchange', 'application']).describe('By the policy, before any reversal.'),
        isReversed: z.boolean().describe('The other side wins since, because people chose its values.'),
        fingerprints: z
          .object({ application: fingerprints, exchange: fingerprints })
          .describe('Of what each side wanted, by field, as far as it is known.'),
      }),
    ),
    revisions: z.array(
      z.object({
        revision: z.int(),
        kind: z.enum(['created', 'updated', 'cancelled', 'withdrawn']),
        at: time,
      }),
    ),
  })
  .meta({ id: 'AppointmentState' })

export const mailboxStateSchema = z
  .object({
    mailbox: z.string(),
    enabledAt: time,
    currentAt: time.optional().describe('When there was last nothing more to be had from Exchange.'),
    subscription: z
      .object({ startedAt: time, heardAt: time.describe('The newest sign of life.') })
      .optional(),
    notifications: notificationsSchema.optional(),
    listing: listingSchema.optional(),
    restored: time
      .optional()
      .describe(
        'It was synchronised before: Redis was lost, and knows the mailbox since then. What was made before and has no item is unconfirmed.',
      ),
    mails: mailsSchema,
    settings: settingsInForceSchema,
    brakes: brakesSchema.optional(),
    refused: z
      .object({ code: z.string(), since: time })
      .optional()
      .describe('Why the mailbox cannot be used.'),
  })
  .meta({ id: 'MailboxState' })

export const changesSchema = z
  .object({ cursor: z.int().describe('What to ask for next.'), changes: z.array(changeSchema) })
  .meta({ id: 'Changes' })

export const trailSchema = z
  .object({
    cursor: z.string(),
    entries: z.array(
      z.object({
        id: z.string(),
        mailbox: z.string(),
        appointmentId: z.string(),
        direction: z.enum(['outbound', 'inbound']),
        step: z.string(),
        at: time,
        version: z.int().optional(),
        revision: z.int().optional(),
        reason: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'Trail' })
