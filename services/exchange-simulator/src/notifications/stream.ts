import { EwsError } from '../soap/errors.ts'
import type { Told } from './interest.ts'
import type { StreamConnection, StreamingSubscription } from './streaming-subscription.ts'

/** What a stream says, and for how long. */
export type Stream = {
  readonly timeoutMs: number
  readonly heartbeatMs: number
  readonly signal: AbortSignal
  send(document: string): void
  status(status: 'OK' | 'Closed'): string
  events(bySubscription: readonly { id: string; told: readonly Told[] }[]): string
  failed(error: EwsError, ids: readonly string[]): string
}

/** Streams what the subscriptions are told until the time is over, one of them ends, or the client goes. */
export async function openStream(
  subscriptions: readonly StreamingSubscription[],
  stream: Stream,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let isScheduled = false
  const flush = (): void => {
    isScheduled = false
    const all = subscriptions.map((subscription) => ({ id: subscription.id, told: subscription.take() }))
    const some = all.filter(({ told }) => told.length > 0)
    if (some.length > 0 && !stream.signal.aborted) stream.send(stream.events(some))
    heartbeat.refresh()
  }
  const connection: StreamConnection = {
    // What happens in one request goes out together.
    wake: () => {
      if (!isScheduled) setImmediate(flush)
      isScheduled = true
    },
    lost: (id, code) => {
      flush()
      stream.send(stream.failed(new EwsError(code, lostMessages[code]), [id]))
      resolve()
    },
  }
  const heartbeat = setInterval(() => stream.send(stream.status('OK')), stream.heartbeatMs)
  const timeout = setTimeout(() => {
    flush()
    stream.send(stream.status('Closed'))
    resolve()
  }, stream.timeoutMs)
  const onAbort = (): void => resolve()
  stream.signal.addEventListener('abort', onAbort, { once: true })
  for (const subscription of subscriptions) subscription.connect(connection)
  if (stream.signal.aborted) resolve()
  try {
    await promise
  } finally {
    clearInterval(heartbeat)
    clearTimeout(timeout)
    stream.signal.removeEventListener('abort', onAbort)
    for (const subscription of subscriptions) subscription.disconnect(connection)
  }
}

const lostMessages = {
  ErrorSubscriptionNotFound: 'The specified subscription was not found.',
  ErrorNewEventStreamConnectionOpened: 'A new event stream connection was opened for the subscription.',
} as const
