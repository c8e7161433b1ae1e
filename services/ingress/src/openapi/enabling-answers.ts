import { z } from 'zod'

/** A request names at most so many. */
export const mostMailboxes = 1_000

export const mailboxesAskedForSchema = z
  .strictObject({
    mailboxes: z
      .array(z.string().min(1).max(320))
      .min(1)
      .max(mostMailboxes)
      .describe('Primary SMTP addresses.'),
    enable: z
      .boolean()
      .default(true)
      .describe('false: they are tested only. One that is enabled already is tested, too.'),
  })
  .meta({ id: 'MailboxesAskedFor' })

const step = z
  .object({
    name: z
      .string()
      .describe(
        'resolve, impersonate, read, write, delete, subscribe, notification; address if it is of no use.',
      ),
    outcome: z.enum(['ok', 'warning', 'failed', 'skipped']),
    says: z.string().describe('What was found, in plain words.'),
    code: z.string().optional().describe('The typed reason of what is not well.'),
    mend: z.string().optional().describe('What to do about it.'),
  })
  .describe('One step of the test, as `lockstep doctor` makes it.')

const enabling = z.object({
  mailbox: z.string(),
  state: z
    .enum(['waiting', 'testing', 'enabled', 'passed', 'failed'])
    .describe('enabled: it passed, or was enabled before. passed: only the test was asked for.'),
  requestedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  reason: step.optional().describe('The step that failed, or that is to be looked at though it passed.'),
})

export const enablingSchema = enabling
  .extend({ steps: z.array(step).describe('All steps, when it has ended.') })
  .meta({ id: 'Enabling' })

export const enablingsSchema = z
  .object({
    counts: z
      .object({
        waiting: z.int(),
        testing: z.int(),
        enabled: z.int(),
        passed: z.int(),
        failed: z.int(),
      })
      .describe('How many are in each state, of all that are asked for.'),
    mailboxes: z.array(enabling).describe('In the order in which they were asked for.'),
    next: z.int().optional().describe('What to ask for next as `after`. Missing: these are the last.'),
  })
  .meta({ id: 'Enablings' })

export const mailboxesSchema = z
  .object({
    enabled: z.int().describe('Mailboxes that are enabled, in all.'),
    mailboxes: z
      .array(
        z.object({
          mailbox: z.string(),
          enabledAt: z.iso.datetime(),
          currentAt: z.iso.datetime().optional().describe('Missing: it was not compared yet.'),
          way: z
            .enum(['push', 'streaming', 'poll'])
            .optional()
            .describe('How its changes are heard of. Missing: not yet.'),
          off: z
            .array(z.enum(['outbound', 'inbound']))
            .optional()
            .describe('Directions that are switched off.'),
          refused: z
            .object({ code: z.string(), since: z.iso.datetime() })
            .optional()
            .describe('Exchange does not let us use it.'),
        }),
      )
      .describe('In the order in which they were enabled.'),
    next: z.int().optional().describe('What to ask for next as `after`. Missing: these are the last.'),
  })
  .meta({ id: 'Mailboxes' })
