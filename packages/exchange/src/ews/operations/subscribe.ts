import { EventType, FolderId, Uri, WellKnownFolderName } from 'ews-javascript-api'
import type { CallOptions, PushSubscription } from '../../calendar-gateway.ts'
import type { EwsClient } from '../ews-client.ts'

export type PushTarget = { readonly url: string; readonly statusFrequencyMinutes: number }

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/subscribe-operation */
export function subscribe(
  client: EwsClient,
  mailbox: string,
  { url, statusFrequencyMinutes }: PushTarget,
  options?: CallOptions,
): Promise<PushSubscription> {
  return client.run({ operation: 'Subscribe', mailbox, options }, async (service) => {
    const { Id, Watermark } = await service.SubscribeToPushNotifications(
      [new FolderId(WellKnownFolderName.Calendar)],
      new Uri(url),
      statusFrequencyMinutes,
      // Without the old watermark: what was missed is found by syncing.
      null as never,
      EventType.Created,
      EventType.Modified,
      EventType.Deleted,
      EventType.Moved,
    )
    return { subscriptionId: Id, watermark: Watermark }
  })
}
