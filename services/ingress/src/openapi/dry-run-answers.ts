import { z } from 'zod'

const counts = z
  .record(z.string(), z.int())
  .describe(
    'How often each would be done. outbound.create, .update, .delete, .withdraw: writes to Exchange. inbound.created, .updated, .cancelled, .withdrawn: changes that the application would be told. outbound.none, inbound.none: nothing, for the reason that the entry names. outbound.fold, inbound.fold: second items of one appointment that would be removed. mails, recipients: writes that would be mailed, and to how many. refused.private, refused.recurring, …: items that may not cross. waiting.outbound, waiting.inbound: what would wait still at the end. braked.outbound, braked.inbound: 1 if the direction would be stopped.',
  )

const summary = z.object({
  mailbox: z.string(),
  state: z.enum(['running', 'done', 'failed']),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  code: z.string().optional().describe('Why it failed.'),
  counts,
})

const entry = z
  .object({
    direction: z
      .enum(['outbound', 'inbound'])
      .describe('outbound: to Exchange. inbound: to the application.'),
    appointmentId: z.string(),
    action: z
      .string()
      .describe(
        'outbound: create, update, delete or withdraw. inbound: created, updated, cancelled or withdrawn. none: nothing, or not yet.',
      ),
    version: z.int().optional().describe("The application's version."),
    changed: z.array(z.string()).optional().describe('The properties that would be set, or told as changed.'),
    reason: z
      .string()
      .optional()
      .describe(
        'Why nothing would be done, or why it is withdrawn: inStep, refused, beforeBackfill, private, recurring, or a code such as BRAKE, MAIL_BUDGET, UNCONFIRMED, ASLEEP.',
      ),
    recipients: z.int().optional().describe('How many would be mailed. Missing: nobody.'),
    conflicts: z
      .array(z.object({ properties: z.array(z.string()), winner: z.enum(['exchange', 'application']) }))
      .optional()
      .describe('Properties that both sides changed.'),
  })
  .describe('What would become of one appointment in one direction. Never content.')

export const dryRunStateSchema = summary.meta({ id: 'DryRunState' })

export const dryRunSchema = summary
  .extend({
    entries: z.array(entry).describe('In the order in which they would be done, at most 10,000.'),
    next: z.int().optional().describe('What to ask for next as `after`. Missing: these are the last.'),
  })
  .meta({ id: 'DryRun' })

export const dryRunsSchema = z
  .object({
    running: z.int().describe('Mailboxes whose dry run is under way.'),
    counts: counts.describe('Those of all mailboxes.'),
    mailboxes: z.array(summary).describe('In the order in which they were enabled.'),
    next: z.int().optional().describe('What to ask for next as `after`. Missing: these are the last.'),
  })
  .meta({ id: 'DryRuns' })
