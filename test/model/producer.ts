import { setTimeout as wait } from 'node:timers/promises'
import type { Sending } from './action.ts'
import type { Version } from './application.ts'

export type Producer = {
  send(version: Version, sending: Sending): void
  /** Versions that Lockstep has not taken yet. */
  readonly pending: number
  readonly sent: number
  /** Events that were found invalid: never to happen. */
  readonly invalid: readonly string[]
  stop(): void
}

const delaysMs: Readonly<Record<Sending, readonly number[]>> = {
  once: [0],
  late: [400],
  /** What overtook it is settled by then. */
  muchLater: [5_000],
  twice: [0, 2_000],
}

/** Sends every version until Lockstep has taken it: once or twice, and not always in order. */
export function createProducer(ingressUrl: string): Producer {
  const stopping = new AbortController()
  const { signal } = stopping
  const invalid: string[] = []
  let pending = 0
  let sent = 0

  async function post({ event }: Version): Promise<boolean> {
    try {
      const response = await fetch(`${ingressUrl}/v1/events`, {
        method: 'POST',
        signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]),
        headers: { authorization: 'Bearer test', 'content-type': 'application/cloudevents+json' },
        body: JSON.stringify(event),
      })
      const text = await response.text()
      if (response.status === 400 || response.status === 422) invalid.push(text)
      return response.status < 500
    } catch {
      return false
    }
  }
  async function deliver(version: Version, afterMs: number): Promise<void> {
    pending++
    try {
      await wait(afterMs, undefined, { signal })
      while (!(await post(version))) await wait(100, undefined, { signal })
      sent++
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      pending--
    }
  }

  return {
    send(version, sending) {
      for (const delayMs of delaysMs[sending]) void deliver(version, delayMs)
    },
    get pending() {
      return pending
    },
    get sent() {
      return sent
    },
    invalid,
    stop: () => stopping.abort(),
  }
}
