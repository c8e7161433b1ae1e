import { childOf, elementsOf } from './ews/js-element.ts'
import { type JsElement, parseSoap } from './ews/mends/parse-soap.ts'

export type NotificationEventKind =
  | 'created'
  | 'modified'
  | 'deleted'
  | 'moved'
  | 'copied'
  | 'status'
  | 'other'

export type NotificationEvent = {
  readonly kind: NotificationEventKind
  readonly watermark?: string
  /** Missing on status events and on those about the folder itself. */
  readonly itemId?: string
}

/** What Exchange tells a subscriber: that something happened, never what. */
export type PushNotification = {
  readonly subscriptionId: string
  readonly previousWatermark?: string
  readonly moreEvents: boolean
  readonly events: readonly NotificationEvent[]
}

const kinds: Record<string, NotificationEventKind> = {
  CreatedEvent: 'created',
  ModifiedEvent: 'modified',
  DeletedEvent: 'deleted',
  MovedEvent: 'moved',
  CopiedEvent: 'copied',
  StatusEvent: 'status',
}

/**
 * Reads a SendNotification. Anybody can send one: no document type is read, and what does not have the form gives
 * `undefined`. Limiting the size is the caller's business.
 */
export function parseNotification(xml: string): PushNotification | undefined {
  const envelope = readable(xml)
  const messages = childOf(envelope, 'Body', 'SendNotification', 'ResponseMessages')
  const message = elementsOf(messages?.['SendNotificationResponseMessage'])[0]
  const notification = childOf(message, 'Notification')
  const subscriptionId = notification?.['SubscriptionId']
  if (!notification || typeof subscriptionId !== 'string') return undefined

  const previousWatermark = notification['PreviousWatermark']
  return {
    subscriptionId: subscriptionId.trim(),
    ...(typeof previousWatermark === 'string' && { previousWatermark }),
    moreEvents: notification['MoreEvents'] === 'true',
    events: Object.entries(notification)
      .filter(([name]) => name.endsWith('Event'))
      .flatMap(([name, events]) => elementsOf(events).map((event) => ({ name, event })))
      .toSorted((a, b) => Number(a.event['__position']) - Number(b.event['__position']))
      .map(({ name, event }) => readEvent(name, event)),
  }
}

/** The answer to a SendNotification. `Unsubscribe` ends the subscription. */
export function notificationResult(status: 'OK' | 'Unsubscribe'): string {
  return (
    '<?xml version="1.0" encoding="utf-8"?>' +
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>' +
    '<m:SendNotificationResult xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages">' +
    `<m:SubscriptionStatus>${status}</m:SubscriptionStatus>` +
    '</m:SendNotificationResult></s:Body></s:Envelope>'
  )
}

function readEvent(name: string, event: JsElement): NotificationEvent {
  const watermark = event['Watermark']
  const itemId = childOf(event, 'ItemId')?.['Id']
  return {
    kind: kinds[name] ?? 'other',
    ...(typeof watermark === 'string' && { watermark }),
    ...(typeof itemId === 'string' && { itemId }),
  }
}

function readable(xml: string): JsElement | undefined {
  try {
    return parseSoap(xml)
  } catch {
    return undefined
  }
}
