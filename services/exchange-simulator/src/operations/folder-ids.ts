import type { CalendarItem } from '../store/item.ts'
import type { Store } from '../store/store.ts'

/** Knows the FolderId of the folder that an item is in. */
export function folderIds(store: Store): { folderIdOf: (item: CalendarItem) => string } {
  return { folderIdOf: (item) => store.mailbox(item.mailbox)?.folder(item.folder).id ?? '' }
}
