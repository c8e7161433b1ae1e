import { setTimeout as wait } from 'node:timers/promises'
import { StartError } from './start-error.ts'

const LIMIT_MS = 60_000
const INTERVAL_MS = 50

/** Resolves when a service says that it is ready; rejects with its reason if it does not within a minute. */
export async function untilReady(name: string, url: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + LIMIT_MS
  let reason = 'it does not answer'
  while (Date.now() < deadline) {
    signal.throwIfAborted()
    try {
      const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]) })
      const answer = await response.text()
      if (response.ok) return
      reason = answer
    } catch {
      // Not listening yet.
    }
    await wait(INTERVAL_MS, undefined, { signal })
  }
  throw new StartError(`${name} is not ready after ${LIMIT_MS / 1_000} s: ${reason.trim()}`)
}
