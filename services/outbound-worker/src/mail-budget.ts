import { fitsMailBudget, mailHourOf } from '@lockstep/domain'
import type { Ledger, Mailbox } from '@lockstep/ledger'
import type { Logger } from '@lockstep/runtime'
import { sendingOf } from './send.ts'
import type { OutboundSettings } from './outbound-settings.ts'
import type { Task } from './task.ts'

type Options = { ledger: Ledger; mailbox: Mailbox; tasks: readonly Task[] }

/**
 * What would mail more than the mailbox may in an hour waits for the next one: it is not written without its mail. The
 * others are counted before they are written, so that no other worker mails what this one is about to.
 */
export async function holdMails({
  ledger,
  mailbox,
  tasks,
  settings,
  log,
}: Options & { settings: OutboundSettings; log: Logger }): Promise<void> {
  const atMs = Date.now()
  let isExhausted = false
  for (const task of tasks) {
    if (task.outcome || task.mustRead) continue
    const { recipients } = sendingOf(task, settings)
    if (recipients === 0) continue
    const counted = await ledger.countMails(mailbox.id, recipients, atMs)
    if (fitsMailBudget(counted - recipients, recipients, settings.mailBudget)) {
      task.mailing = { recipients, atMs }
      continue
    }
    isExhausted = true
    await ledger.countMails(mailbox.id, -recipients, atMs)
    const dueMs = mailHourOf(atMs).endMs
    task.outcome = { kind: 'failed', dueMs, code: 'MAIL_BUDGET', effect: 'none', costsAttempt: false }
  }
  if (isExhausted && (await ledger.exhaustMails(mailbox.id, atMs))) {
    log.warn({ mailboxId: mailbox.id, budget: settings.mailBudget }, 'mail budget of the hour used up')
  }
}

/** What was counted and surely not mailed counts no more. */
export async function uncountMails({ ledger, mailbox, tasks }: Options): Promise<void> {
  for (const task of tasks) {
    const { mailing } = task
    if (!mailing) continue
    delete task.mailing
    if (!mayBeMailed(task)) await ledger.countMails(mailbox.id, -mailing.recipients, mailing.atMs)
  }
}

function mayBeMailed({ writtenAtMs, outcome }: Task): boolean {
  return writtenAtMs !== undefined || (outcome?.kind === 'failed' && outcome.effect === 'unknown')
}
