import {
  Appointment,
  ChangeType,
  FolderId,
  type ItemChange as EwsChange,
  SyncFolderItemsScope,
  WellKnownFolderName,
} from 'ews-javascript-api'
import type { CallOptions, ItemChange, SyncPage } from '../../calendar-gateway.ts'
import { headShape, readHead } from '../calendar-item.ts'
import type { EwsClient } from '../ews-client.ts'

/** The most that Exchange gives at a time. */
const pageSize = 512

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/syncfolderitems-operation */
export function syncFolderItems(
  client: EwsClient,
  mailbox: string,
  cursor: string | undefined,
  options?: CallOptions,
): Promise<SyncPage> {
  return client.run({ operation: 'SyncFolderItems', mailbox, options }, async (service) => {
    const calendar = new FolderId(WellKnownFolderName.Calendar)
    const scope = SyncFolderItemsScope.NormalItems
    const page = await service.SyncFolderItems(
      calendar,
      headShape(),
      [],
      pageSize,
      scope,
      cursor ?? (null as never),
    )
    return {
      changes: page.GetEnumerator().flatMap(itemChange),
      cursor: page.SyncState,
      isLast: !page.MoreChangesAvailable,
    }
  })
}

/** Nothing for what is no change to an appointment: read flags, and items of other kinds. */
function itemChange(change: EwsChange): ItemChange[] {
  if (change.ChangeType === ChangeType.Delete) return [{ kind: 'gone', itemId: change.ItemId.UniqueId }]
  if (change.ChangeType === ChangeType.ReadFlagChange) return []
  return change.Item instanceof Appointment ? [{ kind: 'present', head: readHead(change.Item) }] : []
}
