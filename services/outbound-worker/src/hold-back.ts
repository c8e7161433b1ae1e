import type { Ledger, Mailbox } from '@lockstep/ledger'
import type { Logger } from '@lockstep/runtime'
import { holdMails } from './mail-budget.ts'
import { holdOscillating } from './oscillation.ts'
import type { OutboundSettings } from './outbound-settings.ts'
import type { Task } from './task.ts'

export type OnBraked = (direction: 'outbound') => void

type Options = {
  ledger: Ledger
  mailbox: Mailbox
  tasks: readonly Task[]
  settings: OutboundSettings
  log: Logger
  onBraked: OnBraked | undefined
}

/** Gives those plans an outcome that are right and yet not to be carried out now. */
export async function holdBack(options: Options): Promise<void> {
  await holdDeletions(options)
  await holdOscillating(options)
  await holdMails(options)
}

/** What the application hides is taken off at once, however much it is. */
async function holdDeletions({ ledger, mailbox, tasks, settings, log, onBraked }: Options): Promise<void> {
  const deleting = tasks.filter(
    ({ plan, outcome, attempt }) => !outcome && plan.action === 'delete' && reasonOf(attempt) === 'cancelled',
  )
  if (deleting.length === 0) return
  const nowMs = Date.now()
  const appointmentIds = deleting.map(({ attempt }) => attempt.record.appointmentId)
  const counted = { appointmentIds, nowMs, rules: settings.brake }
  const brake = await ledger.countDeletions('outbound', mailbox.id, counted)
  if (!brake) return

  log.warn({ mailboxId: mailbox.id, direction: 'outbound', ...brake }, 'braked mass deletions')
  onBraked?.('outbound')
  for (const task of deleting) {
    task.outcome = { kind: 'failed', dueMs: nowMs, code: 'BRAKE', effect: 'none', costsAttempt: false }
  }
}

function reasonOf({ record: { wanted } }: Task['attempt']): string | undefined {
  return wanted?.kind === 'absent' ? wanted.reason : undefined
}
