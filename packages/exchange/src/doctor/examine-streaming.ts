import { setTimeout as wait } from 'node:timers/promises'
import type { EwsClient } from '../ews/ews-client.ts'
import { getStreamingEvents } from '../ews/operations/get-streaming-events.ts'
import { subscribeStreaming } from '../ews/operations/subscribe.ts'
import { createTestItem, deleteTestItems } from '../ews/operations/test-item.ts'
import { unsubscribe } from '../ews/operations/unsubscribe.ts'
import { type Finding, ok, type Part, skipped, warning } from './step.ts'

export type StreamingTest = {
  readonly kind: 'streaming'
  /** Whether a connection is opened to hear of a change: Exchange allows an account but a few of them. */
  readonly listens: boolean
  readonly waitMs: number
}

/** Subscribes, and hears over a connection of its own of a test item that is written meanwhile. */
export function examineStreaming(
  client: EwsClient,
  mailbox: string,
  { listens, waitMs }: StreamingTest,
  signal?: AbortSignal,
): Part[] {
  const options = signal ? { signal } : {}
  const group = { anchor: mailbox }
  let subscriptionId = ''

  async function listen(): Promise<Finding> {
    const changed = Promise.withResolvers<true>()
    const asked = { subscriptionIds: [subscriptionId], onChange: () => changed.resolve(true) }
    const listening = await getStreamingEvents(client, group, asked, options)
    const timer = new AbortController()
    try {
      const written = await createTestItem(client, mailbox, options)
      if (written.ok) await deleteTestItems(client, mailbox, [written.value], options)
      const late = wait(waitMs, undefined, { signal: timer.signal }).catch(() => undefined)
      if (await Promise.race([changed.promise, late])) return ok('Exchange told of the test item')
      return warning(
        'STREAMING_NOT_HEARD',
        `Exchange did not tell of the test item within ${waitMs / 1_000} s`,
      )
    } finally {
      timer.abort()
      listening.close()
      await listening.ended
    }
  }

  return [
    {
      name: 'subscribe',
      async examine() {
        subscriptionId = await subscribeStreaming(client, mailbox, group, options)
        return ok('Exchange takes a subscription')
      },
    },
    {
      name: 'notification',
      async examine() {
        try {
          if (!listens) return skipped('not tried for many: connections to listen over are few')
          return await listen()
        } finally {
          await unsubscribe(client, mailbox, subscriptionId, options).catch(() => {})
        }
      },
    },
  ]
}
