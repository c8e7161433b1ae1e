import { type Appointment, type ItemId, ItemSchema } from 'ews-javascript-api'
import type { WrittenItem } from '../calendar-gateway.ts'
import { requiredValueOf } from './properties.ts'

/** The handle of an item that was written: the library puts the answer's into the item itself. */
export function writtenItem(item: Appointment): WrittenItem {
  const { UniqueId, ChangeKey } = requiredValueOf(item, ItemSchema.Id) as ItemId
  return { itemId: UniqueId, changeKey: ChangeKey }
}
