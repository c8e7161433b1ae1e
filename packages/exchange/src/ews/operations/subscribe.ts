import { EventType, FolderId, Uri, WellKnownFolderName } from 'ews-javascript-api'
import type { CallOptions, ListeningGroup, PushSubscription } from '../../calendar-gateway.ts'
import type { EwsClient } from '../ews-client.ts'

export type PushTarget = { readonly url: string; readonly statusFrequencyMinutes: number }

const changes = [EventType.Created, EventType.Modified, EventType.Deleted, EventType.Moved]

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
      ...changes,
    )
    return { subscriptionId: Id, watermark: Watermark }
  })
}

/** https://learn.microsoft.com/exchange/client-developer/exchange-web-services/how-to-maintain-affinity-between-group-of-subscriptions-and-mailbox-server */
export function subscribeStreaming(
  client: EwsClient,
  mailbox: string,
  group: ListeningGroup,
  options?: CallOptions,
): Promise<string> {
  return client.run({ operation: 'Subscribe', mailbox, options, group }, async (service) => {
    const calendar = [new FolderId(WellKnownFolderName.Calendar)]
    const { Id } = await service.SubscribeToStreamingNotifications(calendar, ...changes)
    return Id
  })
}
