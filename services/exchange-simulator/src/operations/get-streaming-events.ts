import { parseInteger } from '../calendar/field.ts'
import { writeStreamedNotification } from '../notifications/notification-xml.ts'
import { type Stream, openStream } from '../notifications/stream.ts'
import type { StreamingSubscription } from '../notifications/streaming-subscription.ts'
import { writeStreamedEnvelope } from '../soap/envelope.ts'
import { EwsError, schemaViolation } from '../soap/errors.ts'
import type { AnswerStream } from '../soap/stream.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import type { Element } from '../xml/element.ts'
import { failure, respond, success } from './answer.ts'
import type { Context } from './context.ts'
import { checkOrder, required, requiredList } from './request.ts'

const operation = 'GetStreamingEvents'
const longestMinutes = 30

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/getstreamingevents-operation */
export function getStreamingEvents(request: Element, context: Context): AnswerStream {
  checkOrder(request, 'SubscriptionIds', 'ConnectionTimeout')
  const ids = requiredList(request, 'SubscriptionIds').map(({ text }) => text.trim())
  const minutes = parseInteger(required(request, 'ConnectionTimeout').text)
  if (minutes < 1 || minutes > longestMinutes) {
    throw schemaViolation(`'${minutes}' is not a valid ConnectionTimeout`)
  }
  const { found, failed, error } = findAll(ids, context)
  const documents = documentsFor(context)
  if (error) return async (send) => send(documents.failed(error, failed))
  return async (send, signal) => {
    send(documents.status('OK'))
    await openStream(found, {
      ...documents,
      timeoutMs: minutes * context.subscriptions.timing.minuteMs,
      heartbeatMs: context.subscriptions.timing.heartbeatMs,
      send,
      signal,
    })
  }
}

type Found = { found: StreamingSubscription[]; failed: string[]; error: EwsError | undefined }

// One subscription that cannot be streamed fails the whole call, which then names all that cannot.
function findAll(ids: readonly string[], context: Context): Found {
  const result: Found = { found: [], failed: [], error: context.faultFor(undefined) }
  for (const id of ids) {
    try {
      result.found.push(context.subscriptions.streaming(id, context.account.address))
    } catch (error) {
      if (!(error instanceof EwsError)) throw error
      result.error ??= error
      result.failed.push(id)
    }
  }
  return result
}

function documentsFor({ store, quirks }: Context): Pick<Stream, 'events' | 'status' | 'failed'> {
  const element = quirks.streamsAgainstSchema ? 'm:Notification' : 't:Notification'
  const document = (message: Xml): string => writeStreamedEnvelope(respond(operation, [message]))
  return {
    status: (status) => document(success(operation, leaf('m:ConnectionStatus', status))),
    events: (bySubscription) => {
      const notifications = bySubscription.map(({ id, told }) =>
        writeStreamedNotification(element, id, told, store),
      )
      return document(success(operation, node('m:Notifications', notifications)))
    },
    failed: (error, ids) => {
      const named = ids.map((id) => leaf('t:SubscriptionId', id))
      const list = named.length > 0 ? node('m:ErrorSubscriptionIds', named) : ''
      return document(failure(operation, error, list + leaf('m:ConnectionStatus', 'Closed')))
    },
  }
}
