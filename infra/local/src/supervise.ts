import { setTimeout as wait } from 'node:timers/promises'
import { CONFIG_ERROR_EXIT_CODE } from '@lockstep/runtime'
import type { Exit, Running } from './start-child.ts'
import { StartError } from './start-error.ts'

type Options = {
  name: string
  start: () => Promise<Running>
  lastLines?: () => string[]
  say: (line: string) => void
}

export type Supervised = {
  name: string
  /** Resolves if starting it again cannot help. */
  failed: Promise<Error>
  /** Asks it to end, and resolves when it has. */
  stop: () => Promise<void>
  kill: () => void
}

const FIRST_DELAY_MS = 250
const LONGEST_DELAY_MS = 10_000
/** Who ran this long before it ended starts with a clean slate. */
const STEADY_MS = 30_000

/**
 * Keeps a process running: one that ends unexpectedly is started again, later each time. One that says
 * that its configuration is unusable is not.
 */
export function supervise({ name, start, lastLines = () => [], say }: Options): Supervised {
  const stopping = new AbortController()
  const { promise: failed, resolve: fail } = Promise.withResolvers<Error>()
  let running: Running | undefined

  async function keepRunning(): Promise<void> {
    let delayMs = FIRST_DELAY_MS
    while (!stopping.signal.aborted) {
      const startedAt = Date.now()
      running = await start()
      if (stopping.signal.aborted) running.terminate()
      const exit = await running.exited
      if (stopping.signal.aborted) return
      if (exit.code === CONFIG_ERROR_EXIT_CODE)
        throw new StartError([`${name} cannot start.`, ...lastLines()].join('\n'))

      if (Date.now() - startedAt > STEADY_MS) delayMs = FIRST_DELAY_MS
      say(
        [`${name} ended (${describe(exit)}); starting it again in ${delayMs / 1_000} s`, ...lastLines()].join(
          '\n  ',
        ),
      )
      await wait(delayMs, undefined, { signal: stopping.signal }).catch(() => {})
      delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)
    }
  }

  const over = keepRunning().catch(fail)
  return {
    name,
    failed,
    async stop() {
      stopping.abort()
      running?.terminate()
      await over
    },
    kill: () => running?.kill(),
  }
}

function describe({ code, signal }: Exit): string {
  return signal ? `by ${signal}` : `with exit code ${code}`
}
