import type { LinkedItem } from '@lockstep/domain'
import type { CalendarGateway, CallOptions, ItemHead } from './calendar-gateway.ts'

type Sought = {
  readonly appointmentId: string
  readonly item: Pick<LinkedItem, 'itemId' | 'uid' | 'stamped'>
}
type Searching = Pick<CalendarGateway, 'findByStamp' | 'findByUid'>

/** What a search of the calendar finds of an item, by its stamp or, if it has none, by its UID: it, and its copies. */
export async function findAlike(
  gateway: Searching,
  mailbox: string,
  { appointmentId, item }: Sought,
  call: CallOptions,
): Promise<ItemHead[]> {
  return item.stamped || item.uid === undefined
    ? gateway.findByStamp(mailbox, appointmentId, call)
    : gateway.findByUid(mailbox, item.uid, call)
}

/**
 * Whether a search of the calendar finds an item. Exchange may deny an item that is there: gone is what this does not
 * find either.
 */
export async function isListed(
  gateway: Searching,
  mailbox: string,
  sought: Sought,
  call: CallOptions,
): Promise<boolean> {
  const found = await findAlike(gateway, mailbox, sought, call)
  return found.some(({ itemId }) => itemId === sought.item.itemId)
}
