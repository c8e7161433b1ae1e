import { fitsMailBudget, mailHourOf } from '@lockstep/domain'
import { ExchangeUnavailableError } from '@lockstep/exchange'
import type { Ledger, Mailbox } from '@lockstep/ledger'
import { comeAgain } from '../unavailable.ts'

type Deps = { ledger: Ledger; mailBudget: number }

/** Does what mails so many recipients, if the budget of the hour allows it. */
export async function withMails(
  { ledger, mailBudget }: Deps,
  mailbox: Mailbox,
  recipients: number,
  act: () => Promise<void>,
): Promise<void> {
  if (recipients === 0) return act()
  const atMs = Date.now()
  const counted = await ledger.countMails(mailbox.id, recipients, atMs)
  const uncount = () => ledger.countMails(mailbox.id, -recipients, atMs)
  if (!fitsMailBudget(counted - recipients, recipients, mailBudget)) {
    await uncount()
    const detail = 'It would mail more than the mailbox may in this hour.'
    throw comeAgain({ detail, afterMs: mailHourOf(atMs).endMs - atMs })
  }
  try {
    await act()
  } catch (error) {
    const mayBeMailed = error instanceof ExchangeUnavailableError && error.effect === 'unknown'
    if (!mayBeMailed) await uncount()
    throw error
  }
}
