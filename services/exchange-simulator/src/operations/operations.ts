import type { Operation } from './answer.ts'
import { createItem } from './create-item.ts'
import { deleteItem } from './delete-item.ts'
import { findItem } from './find-item.ts'
import { getFolder } from './get-folder.ts'
import { getItem } from './get-item.ts'
import { moveItem } from './move-item.ts'
import { subscribe } from './subscribe.ts'
import { syncFolderItems } from './sync-folder-items.ts'
import { unsubscribe } from './unsubscribe.ts'
import { updateItem } from './update-item.ts'

/** Every operation that the simulator offers, under the name of its request element. */
export const operations: ReadonlyMap<string, Operation> = new Map([
  ['CreateItem', createItem],
  ['DeleteItem', deleteItem],
  ['FindItem', findItem],
  ['GetFolder', getFolder],
  ['GetItem', getItem],
  ['MoveItem', moveItem],
  ['Subscribe', subscribe],
  ['SyncFolderItems', syncFolderItems],
  ['Unsubscribe', unsubscribe],
  ['UpdateItem', updateItem],
])
