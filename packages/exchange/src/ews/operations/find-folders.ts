import {
  BasePropertySet,
  type Folder,
  FolderSchema,
  FolderTraversal,
  FolderView,
  PropertySet,
  SearchFolder,
  type WellKnownFolderName,
} from 'ews-javascript-api'
import type { CallOptions } from '../../calendar-gateway.ts'
import type { EwsClient } from '../ews-client.ts'

/** A folder, and how many items it holds. */
export type ItemFolder = { readonly id: string | WellKnownFolderName; readonly items: number }

/** Exchange gives 1,000 at a time, and fewer if it is busy. */
const pageSize = 1_000

/**
 * All folders below one, however deep. Search folders are left out: what they show lies elsewhere.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/findfolder-operation
 */
export async function findFolders(
  client: EwsClient,
  mailbox: string,
  root: WellKnownFolderName,
  options?: CallOptions,
): Promise<ItemFolder[]> {
  const found: ItemFolder[] = []
  for (let offset = 0, isLast = false; !isLast;) {
    const { Folders, MoreAvailable } = await client.run(
      { operation: 'FindFolder', mailbox, options },
      async (service) => {
        const view = new FolderView(pageSize, offset)
        view.Traversal = FolderTraversal.Deep
        view.PropertySet = new PropertySet(BasePropertySet.IdOnly, FolderSchema.TotalCount)
        return service.FindFolders(root, view)
      },
    )
    found.push(...Folders.filter((folder) => !(folder instanceof SearchFolder)).map(readFolder))
    offset += Folders.length
    isLast = !MoreAvailable || Folders.length === 0
  }
  return found
}

function readFolder(folder: Folder): ItemFolder {
  const count: { outValue: unknown } = { outValue: 0 }
  folder.TryGetProperty(FolderSchema.TotalCount, count)
  return { id: folder.Id.UniqueId, items: Number(count.outValue) }
}
