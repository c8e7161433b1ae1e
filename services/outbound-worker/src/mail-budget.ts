import { fitsMailBudget, mailHourOf } from '@lockstep/domain'
import type { Ledger, Mailbox } from '@lockstep/ledger'
import type { Logger } from '@lockstep/runtime'
import { sendingOf } from './send.ts'
import type { OutboundSettings } from './settle-batch.ts'
import type { Task } from './task.ts'

type Options = { ledger: Ledger; mailbox: Mailbox; tasks: readonly Task[] }

/** What would mail more than the mailbox may in an hour waits for the next one: it is not written without its mail. */
export async function holdMails({
  ledger,
  mailbox,
  tasks,
  settings,
  log,
}: Options & { settings: OutboundSettings; log: Logger }): Promise<void> {
  const open = tasks.filter(({ outcome, mustRead }) => !outcome && !mustRead)
  for (const task of open) task.recipients = sendingOf(task, settings).recipients
  const mailing = open.filter(({ recipients }) => recipients! > 0)
  if (mailing.length === 0) return

  const nowMs = Date.now()
  let { recipients: sent } = await ledger.mailsOf(mailbox.id, nowMs)
  let isExhausted = false
  for (const task of mailing) {
    if (fitsMailBudget(sent, task.recipients!, settings.mailBudget)) {
      sent += task.recipients!
    } else {
      isExhausted = true
      const dueMs = mailHourOf(nowMs).endMs
      task.outcome = { kind: 'failed', dueMs, code: 'MAIL_BUDGET', effect: 'none', costsAttempt: false }
    }
  }
  if (isExhausted && (await ledger.exhaustMails(mailbox.id, nowMs))) {
    log.warn({ mailboxId: mailbox.id, sent, budget: settings.mailBudget }, 'mail budget of the hour used up')
  }
}

/** Counts what was mailed, and what may have been. */
export async function countMails({ ledger, mailbox, tasks }: Options): Promise<void> {
  const mailed = tasks.filter(isMailed).reduce((sum, { recipients = 0 }) => sum + recipients, 0)
  if (mailed > 0) await ledger.countMails(mailbox.id, mailed, Date.now())
}

function isMailed({ writtenAtMs, outcome }: Task): boolean {
  return writtenAtMs !== undefined || (outcome?.kind === 'failed' && outcome.effect === 'unknown')
}
