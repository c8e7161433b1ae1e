import type { LinkedItem } from '@lockstep/domain'
import type { CalendarGateway, CallOptions } from './calendar-gateway.ts'

/**
 * Whether a search of the calendar finds an item, by its stamp or, if it has none, by its UID. Exchange may deny an item
 * that is there: gone is what this does not find either.
 */
export async function isListed(
  gateway: Pick<CalendarGateway, 'findByStamp' | 'findByUid'>,
  mailbox: string,
  { appointmentId, item }: { appointmentId: string; item: Pick<LinkedItem, 'itemId' | 'uid' | 'stamped'> },
  call: CallOptions,
): Promise<boolean> {
  const found =
    item.stamped || item.uid === undefined
      ? await gateway.findByStamp(mailbox, appointmentId, call)
      : await gateway.findByUid(mailbox, item.uid, call)
  return found.some(({ itemId }) => itemId === item.itemId)
}
