import { oneOf, parseBoolean, parseInteger } from '../calendar/field.ts'
import { eventTypes, watermarkOf } from '../notifications/notification-xml.ts'
import type { Interest } from '../notifications/subscriptions.ts'
import { EwsError, schemaViolation } from '../soap/errors.ts'
import { leaf, type Xml } from '../xml/build.ts'
import { child, type Element } from '../xml/element.ts'
import { attempt, respond, success } from './answer.ts'
import { type Context, folderOf } from './context.ts'
import { checkOrder, required, requiredList } from './request.ts'

const longestUrl = 2_083

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/subscribe-operation */
export function subscribe(request: Element, context: Context): Xml {
  const [subscription] = request.children
  if (!subscription) throw schemaViolation('Subscribe without a subscription request')
  const message = attempt('Subscribe', context, undefined, () => {
    if (subscription.name !== 'PushSubscriptionRequest') {
      throw new EwsError('ErrorInvalidSubscriptionRequest', 'The simulator offers push subscriptions only.')
    }
    const id = subscribeToPush(subscription, context)
    return success(
      'Subscribe',
      leaf('m:SubscriptionId', id) + leaf('m:Watermark', watermarkOf(context.store.seq)),
    )
  })
  return respond('Subscribe', [message])
}

function subscribeToPush(element: Element, context: Context): string {
  checkOrder(element, 'FolderIds', 'EventTypes', 'Watermark', 'StatusFrequency', 'URL', 'CallerData')
  const frequency = parseInteger(required(element, 'StatusFrequency').text)
  if (frequency < 1 || frequency > 1_440)
    throw schemaViolation(`'${frequency}' is not a valid StatusFrequency`)
  const url = required(element, 'URL').text.trim()
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url) || url.length >= longestUrl) {
    throw new EwsError('ErrorInvalidPushSubscriptionUrl', 'The push subscription URL is not valid.')
  }
  return context.subscriptions.push(readInterest(element, context), url, frequency)
}

function readInterest(element: Element, context: Context): Interest {
  const types = new Set(requiredList(element, 'EventTypes').map(({ text }) => oneOf(...eventTypes)(text)))
  const mailbox = context.mailbox.address
  const all = element.attributes['SubscribeToAllFolders']
  const ids = child(element, 'FolderIds')?.children
  if (all !== undefined && parseBoolean(all)) {
    if (ids) throw new EwsError('ErrorInvalidSubscriptionRequest', 'Subscribe to all folders, or to some.')
    return { mailbox, types, folders: undefined }
  }
  if (!ids || ids.length === 0)
    throw new EwsError('ErrorInvalidSubscriptionRequest', 'A subscription needs folders.')
  const places = ids.map((id) => folderOf(context, id))
  if (places.some((place) => place.mailbox.address !== mailbox)) {
    throw new EwsError(
      'ErrorSubscriptionDelegateAccessNotSupported',
      'Delegates cannot subscribe; impersonate instead.',
    )
  }
  return { mailbox, types, folders: new Set(places.map(({ folder }) => folder.name)) }
}
