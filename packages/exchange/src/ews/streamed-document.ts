import { childOf, elementsOf, textsOf } from './js-element.ts'
import { parseSoap } from './mends/parse-soap.ts'
import { TransportError } from './transport-error.ts'

/** One document of a stream of events. */
export type StreamedDocument = {
  /** `NoError`, or what is the matter. */
  readonly code: string
  /** Subscriptions that cannot be told of (any more). */
  readonly lost: readonly string[]
  /** Subscriptions of which something is told, each once. */
  readonly changed: readonly string[]
  /** Nothing more is to come. */
  readonly isClosed: boolean
}

/** @throws {TransportError} if it is not what a stream consists of */
export function readStreamed(xml: string): StreamedDocument {
  const body = childOf(parsed(xml), 'Body')
  const fault = childOf(body, 'Fault', 'detail')
  if (fault)
    return { code: textsOf(fault, 'ResponseCode')[0] ?? malformed(), lost: [], changed: [], isClosed: true }

  const messages = childOf(body, 'GetStreamingEventsResponse', 'ResponseMessages')
  const [message] = elementsOf(messages?.['GetStreamingEventsResponseMessage'])
  if (!message) malformed()
  const notifications = elementsOf(childOf(message, 'Notifications')?.['Notification'])
  return {
    code: textsOf(message, 'ResponseCode')[0] ?? malformed(),
    lost: textsOf(childOf(message, 'ErrorSubscriptionIds'), 'SubscriptionId'),
    changed: [...new Set(notifications.flatMap((notification) => textsOf(notification, 'SubscriptionId')))],
    isClosed: textsOf(message, 'ConnectionStatus').includes('Closed'),
  }
}

function parsed(xml: string) {
  try {
    return parseSoap(xml)
  } catch (cause) {
    return malformed(cause)
  }
}

function malformed(cause?: unknown): never {
  throw new TransportError('malformed', 'MALFORMED_STREAM', { effect: 'none', cause })
}
