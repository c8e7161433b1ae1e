import type { Operation } from './answer.ts'
import { convertId } from './convert-id.ts'
import { createItem } from './create-item.ts'
import { deleteItem } from './delete-item.ts'
import { findFolder } from './find-folder.ts'
import { findItem } from './find-item.ts'
import { getEvents } from './get-events.ts'
import { getFolder } from './get-folder.ts'
import { getItem } from './get-item.ts'
import { getServerTimeZones } from './get-server-time-zones.ts'
import { getStreamingEvents } from './get-streaming-events.ts'
import { getUserAvailability } from './get-user-availability.ts'
import { moveItem } from './move-item.ts'
import { resolveNames } from './resolve-names.ts'
import { subscribe } from './subscribe.ts'
import { syncFolderHierarchy } from './sync-folder-hierarchy.ts'
import { syncFolderItems } from './sync-folder-items.ts'
import { unsubscribe } from './unsubscribe.ts'
import { updateItem } from './update-item.ts'

/** Every operation that the simulator offers, under the name of its request element. */
export const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['ConvertId', convertId],
  ['CreateItem', createItem],
  ['DeleteItem', deleteItem],
  ['FindFolder', findFolder],
  ['FindItem', findItem],
  ['GetEvents', getEvents],
  ['GetFolder', getFolder],
  ['GetItem', getItem],
  ['GetServerTimeZones', getServerTimeZones],
  ['GetStreamingEvents', getStreamingEvents],
  ['GetUserAvailabilityRequest', getUserAvailability],
  ['MoveItem', moveItem],
  ['ResolveNames', resolveNames],
  ['Subscribe', subscribe],
  ['SyncFolderHierarchy', syncFolderHierarchy],
  ['SyncFolderItems', syncFolderItems],
  ['Unsubscribe', unsubscribe],
  ['UpdateItem', updateItem],
])
