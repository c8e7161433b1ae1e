import { itemNotFound } from '../soap/errors.ts'
import type { CalendarItem, FolderName } from '../store/item.ts'
import type { NewItem, Store } from '../store/store.ts'
import { existingOccurrence, withException, withoutOccurrence } from './occurrences.ts'

/** Changes a stored item, or one occurrence of a master, and returns it as it stands afterwards. */
export function changeItem(store: Store, item: CalendarItem, changes: Partial<NewItem>): CalendarItem {
  const { occurrenceOf } = item
  if (!occurrenceOf) return store.update(item, changes)
  const {
    recurrence: _recurrence,
    exceptions: _exceptions,
    deletedOccurrences: _deleted,
    ...changeable
  } = changes
  const master = masterIn(store, occurrenceOf.masterId)
  const changed = store.update(master, withException(master, occurrenceOf.originalStart, changeable))
  return existingOccurrence(changed, occurrenceOf.originalStart)
}

export type Removal = 'HardDelete' | 'SoftDelete' | 'MoveToDeletedItems'

const destinations: Readonly<Record<Removal, FolderName | undefined>> = {
  HardDelete: undefined,
  SoftDelete: 'recoverableitemsdeletions',
  MoveToDeletedItems: 'deleteditems',
}

/** Deletes an item, or one occurrence of a master, which leaves a gap in the series. Returns what is left of it. */
export function removeItem(store: Store, item: CalendarItem, how: Removal): CalendarItem | undefined {
  const { occurrenceOf } = item
  if (occurrenceOf) {
    const master = masterIn(store, occurrenceOf.masterId)
    store.update(master, withoutOccurrence(master, occurrenceOf.originalStart))
    return undefined
  }
  const to = destinations[how]
  if (to && item.folder !== to) return store.move(item, to)
  store.remove(item)
  return undefined
}

function masterIn(store: Store, masterId: string): CalendarItem {
  const master = store.item(masterId)
  if (!master) throw itemNotFound()
  return master
}
