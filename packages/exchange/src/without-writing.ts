import type {
  CalendarGateway,
  CalendarItem,
  Creation,
  Deletion,
  ItemResult,
  Update,
  WrittenItem,
} from './calendar-gateway.ts'
import { type ExchangeError, ItemChangedError, ItemGoneError } from './errors.ts'
import { failed, succeeded } from './item-results.ts'

/** A write that was kept from going out. */
export type KeptWrite =
  | { readonly kind: 'create'; readonly mailbox: string; readonly write: Creation }
  | { readonly kind: 'update'; readonly mailbox: string; readonly write: Update }
  | { readonly kind: 'delete'; readonly mailbox: string; readonly write: Deletion }

/** The change key of a state that was not written. */
export const unwrittenChangeKey = 'dry-run'

const unwrittenItem = 'dry-run:'

/** Whether the item was never created. */
export function isUnwritten(itemId: string): boolean {
  return itemId.startsWith(unwrittenItem)
}

/**
 * The same calendars, to read only: a write is told of, and answered as Exchange would answer it, but does not go out.
 * An update of an item that is gone or in another state fails as it would; what else Exchange would refuse is not known.
 */
export function withoutWriting(
  gateway: CalendarGateway,
  onKept: (kept: KeptWrite) => void = () => {},
): CalendarGateway {
  return {
    async createItems(mailbox, creations) {
      return creations.map((write): ItemResult<WrittenItem> => {
        onKept({ kind: 'create', mailbox, write })
        const itemId = `${unwrittenItem}${write.stamp.appointmentId}`
        return succeeded({ itemId, changeKey: unwrittenChangeKey })
      })
    },
    async updateItems(mailbox, updates, options) {
      const stored = updates.filter(({ itemId }) => !isUnwritten(itemId)).map(({ itemId }) => itemId)
      const read = stored.length > 0 ? await gateway.getItems(mailbox, stored, options) : []
      const found = new Map(stored.map((itemId, n) => [itemId, read[n]!]))
      return updates.map((write): ItemResult<WrittenItem> => {
        const error = whyNot(write, found.get(write.itemId))
        if (error) return failed(error)
        onKept({ kind: 'update', mailbox, write })
        return succeeded({ itemId: write.itemId, changeKey: unwrittenChangeKey })
      })
    },
    async deleteItems(mailbox, deletions) {
      for (const write of deletions) onKept({ kind: 'delete', mailbox, write })
      return deletions.map(() => succeeded(undefined))
    },
    getItems: (...args) => gateway.getItems(...args),
    getHeads: (...args) => gateway.getHeads(...args),
    findByStamp: (...args) => gateway.findByStamp(...args),
    findTakenAwayByStamp: (...args) => gateway.findTakenAwayByStamp(...args),
    findElsewhereByStamp: (...args) => gateway.findElsewhereByStamp(...args),
    findByUid: (...args) => gateway.findByUid(...args),
    sync: (...args) => gateway.sync(...args),
    probe: (...args) => gateway.probe(...args),
    subscribe: notHere,
    subscribeStreaming: notHere,
    listen: notHere,
    unsubscribe: notHere,
  }
}

function whyNot(
  { changeKey }: Update,
  found: ItemResult<CalendarItem> | undefined,
): ExchangeError | undefined {
  if (!found) return undefined
  if (!found.ok) return found.error
  if (!found.value.inCalendar) return new ItemGoneError('ErrorItemNotFound')
  const isCurrent = changeKey === found.value.changeKey || changeKey === unwrittenChangeKey
  return isCurrent ? undefined : new ItemChangedError('ErrorIrresolvableConflict')
}

async function notHere(): Promise<never> {
  throw new Error('A gateway that writes nothing has nobody notified either')
}
