import { BasePropertySet, Folder, PropertySet, WellKnownFolderName } from 'ews-javascript-api'
import type { CallOptions } from '../../calendar-gateway.ts'
import type { EwsClient } from '../ews-client.ts'

/**
 * The id of a mailbox's default calendar; without a mailbox that of our own account.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/getfolder-operation
 */
export function getCalendarFolder(
  client: EwsClient,
  mailbox: string | undefined,
  options?: CallOptions,
): Promise<string> {
  return client.run({ operation: 'GetFolder', ...(mailbox && { mailbox }), options }, async (service) => {
    const idOnly = new PropertySet(BasePropertySet.IdOnly)
    const folder = await Folder.Bind(service, WellKnownFolderName.Calendar, idOnly)
    return folder.Id.UniqueId
  })
}
