import type { Quirks } from '../quirks.ts'
import { EwsError } from '../soap/errors.ts'
import type { CalendarItem } from '../store/item.ts'
import type { NewItem, Store } from '../store/store.ts'

export type Resolution = 'NeverOverwrite' | 'AutoResolve' | 'AlwaysOverwrite'

type Attempt = {
  changeKey: string | undefined
  changed: Partial<NewItem>
  resolution: Resolution
  store: Store
  quirks: Quirks
}

/** Refuses an update by somebody who does not know the item as it stands. */
export function refuseConflict(item: CalendarItem, attempt: Attempt): void {
  const { changeKey, resolution, quirks } = attempt
  if (!changeKey && (quirks.alwaysWantsChangeKey || resolution !== 'AlwaysOverwrite')) {
    throw new EwsError(
      'ErrorChangeKeyRequiredForWriteOperations',
      'A change key is required for this operation. Please obtain a valid change key and try again.',
    )
  }
  if (!changeKey || changeKey === item.changeKey || resolution === 'AlwaysOverwrite') return
  if (resolution === 'AutoResolve' && canMerge(item, changeKey, attempt)) return
  throw new EwsError(
    'ErrorIrresolvableConflict',
    'The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.',
  )
}

// What does not touch the same property can be merged; an occurrence is one property of its master.
function canMerge(item: CalendarItem, changeKey: string, { changed, store }: Attempt): boolean {
  const { occurrenceOf } = item
  const since = store.changedSince(occurrenceOf?.masterId ?? item.itemId, changeKey)
  const names = [...Object.keys(changed), ...(occurrenceOf ? ['exceptions'] : [])]
  return since !== undefined && !names.some((name) => since.has(name))
}
