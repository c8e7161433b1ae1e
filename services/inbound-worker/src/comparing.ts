import type { LinkedItem } from '@lockstep/domain'
import { type CalendarGateway, findAlike, isListed, ItemGoneError, type ItemHead } from '@lockstep/exchange'

type Options = { gateway: CalendarGateway; address: string; signal: AbortSignal }

/** What Exchange says of two items that carry the same stamp or UID. */
export type Comparing = {
  /** That an item is gone is believed if a search does not find it either: its copy would take its place. */
  isStillThere(appointmentId: string, item: LinkedItem, head: ItemHead): Promise<boolean>
  /** A copy comes after what it was made from: enough to prefer one of them, not to delete it. */
  isOlder(appointmentId: string, head: ItemHead, than: LinkedItem): Promise<boolean>
}

export function createComparing({ gateway, address, signal }: Options): Comparing {
  const call = { signal, direction: 'inbound' as const }
  return {
    async isStillThere(appointmentId, item, head) {
      const [result] = await gateway.getItems(address, [item.itemId], call)
      if (result!.ok) return result!.value.inCalendar
      if (!(result!.error instanceof ItemGoneError)) throw result!.error
      const held = { ...item, uid: item.uid ?? head.uid }
      return isListed(gateway, address, { appointmentId, item: held }, call)
    },
    async isOlder(appointmentId, head, than) {
      const item = { ...than, uid: than.uid ?? head.uid }
      const found = await findAlike(gateway, address, { appointmentId, item }, call)
      const at = (itemId: string) => found.findIndex((each) => each.itemId === itemId)
      return at(head.itemId) >= 0 && at(head.itemId) < at(than.itemId)
    },
  }
}
