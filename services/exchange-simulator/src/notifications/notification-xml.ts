import { writeInstant } from '../calendar/time.ts'
import { writeEnvelope } from '../soap/envelope.ts'
import { answer } from '../soap/envelope.ts'
import type { Store, StoreEvent } from '../store/store.ts'
import { leaf, node, type Xml } from '../xml/build.ts'

export const eventTypes = [
  'CopiedEvent',
  'CreatedEvent',
  'DeletedEvent',
  'ModifiedEvent',
  'MovedEvent',
  'NewMailEvent',
  'FreeBusyChangedEvent',
] as const
export type EventType = (typeof eventTypes)[number]

const typeOf: Readonly<Record<StoreEvent['kind'], EventType>> = {
  created: 'CreatedEvent',
  modified: 'ModifiedEvent',
  deleted: 'DeletedEvent',
  moved: 'MovedEvent',
}

export function eventTypeOf({ kind }: StoreEvent): EventType {
  return typeOf[kind]
}

/** The mark of a position in the events of a mailbox. */
export function watermarkOf(seq: number): string {
  return Buffer.from(`watermark ${String(seq).padStart(20, '0')}`).toString('base64')
}

/** The whole document that is posted to a push subscriber. Without events it says only that all is well. */
export function writeNotification(
  subscriptionId: string,
  previous: number,
  current: number,
  events: readonly StoreEvent[],
  store: Store,
): string {
  const content =
    events.length === 0
      ? node('t:StatusEvent', leaf('t:Watermark', watermarkOf(current)))
      : events.map((event) => writeEvent(event, store)).join('')
  const notification = node('m:Notification', [
    leaf('t:SubscriptionId', subscriptionId),
    leaf('t:PreviousWatermark', watermarkOf(previous)),
    leaf('t:MoreEvents', false),
    content,
  ])
  const message = node(
    'm:SendNotificationResponseMessage',
    leaf('m:ResponseCode', 'NoError') + notification,
    {
      ResponseClass: 'Success',
    },
  )
  return writeEnvelope(answer('SendNotification', node('m:ResponseMessages', message)))
}

function writeEvent(event: StoreEvent, store: Store): Xml {
  const { itemId, changeKey, folder, old } = event
  const folderId = (name: StoreEvent['folder']): string => store.mailbox(event.mailbox)?.folder(name).id ?? ''
  const content = [
    leaf('t:Watermark', watermarkOf(event.seq)),
    leaf('t:TimeStamp', writeInstant(event.at)),
    leaf('t:ItemId', '', { Id: itemId, ChangeKey: changeKey }),
    leaf('t:ParentFolderId', '', { Id: folderId(folder), ChangeKey: 'AQAAAA==' }),
  ]
  if (old) {
    content.push(
      leaf('t:OldItemId', '', { Id: old.itemId, ChangeKey: old.changeKey }),
      leaf('t:OldParentFolderId', '', { Id: folderId(old.folder), ChangeKey: 'AQAAAA==' }),
    )
  }
  return node(`t:${eventTypeOf(event)}`, content)
}
