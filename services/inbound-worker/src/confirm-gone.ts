import {
  type CalendarGateway,
  ExchangeError,
  ExchangeUnavailableError,
  type ItemChange,
  type ItemHead,
} from '@lockstep/exchange'
import type { Ledger, Mailbox } from '@lockstep/ledger'
import type { Logger } from '@lockstep/runtime'

type Deps = {
  ledger: Pick<Ledger, 'lookUp'>
  gateway: Pick<CalendarGateway, 'getHeads'>
  log: Logger
}

/**
 * The changes of a page as they are. What is known is looked at before anybody is told that it is gone; of an item that
 * nobody knows, since it was hidden, nothing is kept, and nothing would tell of it again. So it is shown to be there if
 * it is: its user may just have shown it.
 */
export async function confirmGone(
  { ledger, gateway, log }: Deps,
  mailbox: Mailbox,
  changes: readonly ItemChange[],
  signal: AbortSignal,
): Promise<readonly ItemChange[]> {
  const gone = goneIn(changes)
  if (gone.length === 0) return changes
  const { byItemId } = await ledger.lookUp(mailbox.id, { itemIds: gone })
  const unknown = gone.filter((itemId) => !byItemId.has(itemId))
  const there = await headsOf(gateway, mailbox, unknown, signal)
  if (there.size === 0) return changes
  log.info({ mailboxId: mailbox.id, items: there.size }, 'items are there that were said to be gone')
  return changes.map((change) => {
    const head = change.kind === 'gone' && there.get(change.itemId)
    return head ? { kind: 'present', head } : change
  })
}

/** Those that the page does not show besides. */
function goneIn(changes: readonly ItemChange[]): string[] {
  const shown = new Set(changes.flatMap((change) => (change.kind === 'present' ? [change.head.itemId] : [])))
  return changes.flatMap((change) =>
    change.kind === 'gone' && !shown.has(change.itemId) ? [change.itemId] : [],
  )
}

async function headsOf(
  gateway: Deps['gateway'],
  { address }: Mailbox,
  itemIds: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, ItemHead>> {
  const there = new Map<string, ItemHead>()
  if (itemIds.length === 0) return there
  try {
    const results = await gateway.getHeads(address, itemIds, { signal, direction: 'inbound' })
    for (const [n, result] of results.entries()) {
      if (result.ok) there.set(itemIds[n]!, result.value)
      else throwOutage(result.error)
    }
  } catch (error) {
    throwOutage(error)
  }
  return there
}

/**
 * An outage passes, and the page comes again. Any other failure may be the item's own and last: it holds up no page, and
 * what the page says is believed until the calendar is compared whole.
 */
function throwOutage(error: unknown): void {
  if (error instanceof ExchangeUnavailableError || !(error instanceof ExchangeError)) throw error
}
