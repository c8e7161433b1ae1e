import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from './logger.ts'

type Stop = 'SIGTERM' | 'SIGINT' | 'disconnect'

/** A terminal and the programs between may each pass on the same Ctrl+C. */
const SAME_REQUEST_MS = 500

/**
 * Resolves when the process is asked to stop: by SIGTERM, by SIGINT, or because a parent that it shares an
 * IPC channel with is gone. Asked again, it ends at once.
 */
export async function shutdownSignal(): Promise<Stop> {
  const reason = await new Promise<Stop>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal))
    if (process.connected) process.once('disconnect', () => resolve('disconnect'))
    // Without a channel there is no such property; `false` says that the parent went while we were starting.
    else if ('connected' in process) resolve('disconnect')
  })
  process.removeAllListeners('disconnect')

  const askedAt = Date.now()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (Date.now() - askedAt > SAME_REQUEST_MS) process.exit(signal === 'SIGINT' ? 130 : 143)
    })
  }
  return reason
}

type StopOptions = {
  limitMs: number
  log: Logger
  /** What ends a process that could not close everything. */
  giveUp?: () => void
}

/**
 * Runs the closing steps one after the other. A step that fails is logged and the next one runs. What is not
 * closed within the limit is logged and given up: the process ends without it.
 */
export async function stopWithin(
  { limitMs, log, giveUp = () => process.exit(1) }: StopOptions,
  steps: Record<string, () => unknown>,
): Promise<void> {
  const open = new Set(Object.keys(steps))
  const closing = (async () => {
    for (const [name, step] of Object.entries(steps)) {
      try {
        await step()
      } catch (error) {
        log.warn({ step: name, err: error }, 'closing step failed')
      }
      open.delete(name)
    }
  })()

  const timer = new AbortController()
  await Promise.race([closing, wait(limitMs, undefined, { signal: timer.signal }).catch(() => {})])
  timer.abort()
  if (open.size === 0) return
  log.error({ unfinished: [...open], limitMs }, 'did not stop in time')
  giveUp()
}
