import { oneOf, parseBoolean, parseInteger } from '../calendar/field.ts'
import { eventTypes, type Interest } from '../notifications/interest.ts'
import type { NewSubscription } from '../notifications/subscriptions.ts'
import { watermarkOf } from '../notifications/watermark.ts'
import { EwsError, schemaViolation } from '../soap/errors.ts'
import { leaf, type Xml } from '../xml/build.ts'
import { child, childText, type Element } from '../xml/element.ts'
import { attempt, respond, success } from './answer.ts'
import { type Context, folderOf } from './context.ts'
import { checkOrder, required, requiredList } from './request.ts'

const longestUrl = 2_083
const base = ['FolderIds', 'EventTypes', 'Watermark'] as const

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/subscribe-operation */
export function subscribe(request: Element, context: Context): Xml {
  const [subscription] = request.children
  if (!subscription) throw schemaViolation('Subscribe without a subscription request')
  const start = starters[subscription.name]
  if (!start) throw schemaViolation(`the element 'Subscribe' has an invalid child '${subscription.name}'`)
  return respond('Subscribe', [
    attempt('Subscribe', context, undefined, () => success('Subscribe', start(subscription, context))),
  ])
}

const starters: Readonly<Record<string, (element: Element, context: Context) => Xml>> = {
  PullSubscriptionRequest: (element, context) => {
    checkOrder(element, ...base, 'Timeout')
    const timeout = minutesOf(element, 'Timeout')
    const id = context.subscriptions.pull(readSubscription(element, context), timeout)
    return written(id, context)
  },
  PushSubscriptionRequest: (element, context) => {
    checkOrder(element, ...base, 'StatusFrequency', 'URL', 'CallerData')
    const frequency = minutesOf(element, 'StatusFrequency')
    const url = required(element, 'URL').text.trim()
    if (!/^https?:\/\//i.test(url) || !URL.canParse(url) || url.length >= longestUrl) {
      throw new EwsError('ErrorInvalidPushSubscriptionUrl', 'The push subscription URL is not valid.')
    }
    const id = context.subscriptions.push(readSubscription(element, context), url, frequency)
    return written(id, context)
  },
  StreamingSubscriptionRequest: (element, context) => {
    checkOrder(element, 'FolderIds', 'EventTypes')
    const id = context.subscriptions.stream(readSubscription(element, context))
    // Every server of an organisation keeps its own streams; the cookie leads back to this one.
    context.headers['set-cookie'] = `X-BackEndOverrideCookie=simulator~${context.store.seq}; path=/`
    return leaf('m:SubscriptionId', id)
  },
}

function written(id: string, { store }: Context): Xml {
  return leaf('m:SubscriptionId', id) + leaf('m:Watermark', watermarkOf(store.seq))
}

function minutesOf(element: Element, name: string): number {
  const minutes = parseInteger(required(element, name).text)
  if (minutes < 1 || minutes > 1_440) throw schemaViolation(`'${minutes}' is not a valid ${name}`)
  return minutes
}

function readSubscription(element: Element, context: Context): NewSubscription {
  return {
    interest: readInterest(element, context),
    owner: context.account.address,
    watermark: childText(element, 'Watermark'),
  }
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
  const [owner = mailbox, ...others] = new Set(places.map((place) => place.mailbox.address))
  if (others.length > 0) {
    throw new EwsError('ErrorInvalidSubscriptionRequest', 'A subscription is for one mailbox.')
  }
  if (owner !== mailbox && !context.quirks.fullAccessSubscribes) {
    throw new EwsError(
      'ErrorSubscriptionDelegateAccessNotSupported',
      'Subscriptions are not supported for delegate user access.',
    )
  }
  return { mailbox: owner, types, folders: new Set(places.map(({ folder }) => folder.name)) }
}
