import { writeInstant } from '../calendar/time.ts'
import { answer, writeEnvelope } from '../soap/envelope.ts'
import type { Store, StoreEvent } from '../store/store.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import type { Told } from './interest.ts'
import { watermarkOf } from './watermark.ts'

type Position = { previous: number; current: number; hasMore?: boolean }

/** The whole document that is posted to a push subscriber. Without events it says only that all is well. */
export function writePushNotification(
  subscriptionId: string,
  position: Position,
  told: readonly Told[],
  store: Store,
): string {
  const notification = writeNotification(subscriptionId, position, told, store)
  const message = node(
    'm:SendNotificationResponseMessage',
    leaf('m:ResponseCode', 'NoError') + notification,
    { ResponseClass: 'Success' },
  )
  return writeEnvelope(answer('SendNotification', node('m:ResponseMessages', message)))
}

/** A notification with watermarks, as push and pull subscribers get it. */
export function writeNotification(
  subscriptionId: string,
  { previous, current, hasMore = false }: Position,
  told: readonly Told[],
  store: Store,
): Xml {
  const content =
    told.length === 0
      ? node('t:StatusEvent', leaf('t:Watermark', watermarkOf(current)))
      : told.map((one) => writeEvent(one, store, true)).join('')
  return node('m:Notification', [
    leaf('t:SubscriptionId', subscriptionId),
    leaf('t:PreviousWatermark', watermarkOf(previous)),
    leaf('t:MoreEvents', hasMore),
    content,
  ])
}

/** A notification as it is streamed: without watermarks, since nobody can come back to one. */
export function writeStreamedNotification(
  element: 'm:Notification' | 't:Notification',
  subscriptionId: string,
  told: readonly Told[],
  store: Store,
): Xml {
  const events = told.map((one) => writeEvent(one, store, false))
  return node(element, [leaf('t:SubscriptionId', subscriptionId), ...events])
}

function writeEvent({ type, event }: Told, store: Store, withWatermark: boolean): Xml {
  const { itemId, changeKey, folder, old } = event
  const folderId = (name: StoreEvent['folder']): string => store.mailbox(event.mailbox)?.folder(name).id ?? ''
  const content = [
    withWatermark ? leaf('t:Watermark', watermarkOf(event.seq)) : '',
    leaf('t:TimeStamp', writeInstant(event.at)),
    leaf('t:ItemId', '', { Id: itemId, ChangeKey: changeKey }),
    leaf('t:ParentFolderId', '', { Id: folderId(folder), ChangeKey: 'AQAAAA==' }),
  ]
  if (old && type === 'MovedEvent') {
    content.push(
      leaf('t:OldItemId', '', { Id: old.itemId, ChangeKey: old.changeKey }),
      leaf('t:OldParentFolderId', '', { Id: folderId(old.folder), ChangeKey: 'AQAAAA==' }),
    )
  }
  return node(`t:${type}`, content)
}
