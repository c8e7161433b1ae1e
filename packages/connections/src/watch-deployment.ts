import { statSync } from 'node:fs'
import type { Logger, Metrics } from '@lockstep/runtime'
import { Gauge } from 'prom-client'
import type { Held } from './hold-connections.ts'
import type { Deployment } from './load-deployment.ts'

type Loaded<Config> = Pick<Deployment<unknown, Config>, 'connections' | 'files'>

export type WatchOptions<Config> = {
  readonly deployment: Loaded<Config>
  readonly held: Held<Config>
  /** Reads everything anew. @throws {ConfigError} */
  readonly reload: (() => Loaded<Config>) | undefined
  readonly metrics: Metrics
  readonly log: Logger
  readonly everyMs?: number
}

/** What is known of the newest settings. */
export type Watching = {
  /** Why the newest settings are not in use: of connections by name, and of the files as a whole as `settings`. */
  refused(): Readonly<Record<string, string>>
  /** The same for everybody to see, so without what the settings are. */
  notes(): Readonly<Record<string, string>>
  close(): Promise<void>
}

const lookEveryMs = 1_000
/** Settings that Exchange did not like may be right after all: it may have been away. */
const attemptEveryMs = 15_000

/** Takes up what changes in the file of connections and in files of secrets, while everything runs. */
export function watchDeployment<Config>(options: WatchOptions<Config>): Watching {
  const { held, reload, log, everyMs = lookEveryMs } = options
  let { files } = options.deployment
  let taken = stateOf(files)
  let unreadable: { state: string; problem: string; looks: number } | undefined
  let nextAttemptMs = Infinity
  let looking: Promise<void> | undefined

  const refused = () => ({
    ...(unreadable && unreadable.looks > 1 && { settings: unreadable.problem }),
    ...Object.fromEntries([...held.refused()].map(([name, { reason }]) => [name, reason])),
  })
  countRefused(options.metrics, refused)

  async function look(): Promise<void> {
    const state = stateOf(files)
    if (state === taken && performance.now() < nextAttemptMs) return
    const loaded = load(state)
    if (!loaded) return
    unreadable = undefined
    const isTaken = await held.change(loaded.connections)
    nextAttemptMs = isTaken ? Infinity : performance.now() + attemptEveryMs
    taken = loaded.files.join() === files.join() ? state : stateOf(loaded.files)
    files = loaded.files
  }

  /** A file that is being written is whole at the next look; until then, and if it is not, all goes on as before. */
  function load(state: string): Loaded<Config> | undefined {
    try {
      return reload!()
    } catch (error) {
      const problem = (error as Error).message
      const looks = unreadable?.state === state ? unreadable.looks + 1 : 1
      unreadable = { state, problem, looks }
      if (looks === 2) log.error({ reason: problem }, 'new settings are refused, those before go on')
      return undefined
    }
  }

  const timer =
    reload &&
    setInterval(() => {
      looking ??= look()
        .catch((error: unknown) => log.error({ err: error }, 'looking for new settings failed'))
        .finally(() => (looking = undefined))
    }, everyMs)
  return {
    refused,
    notes: () => Object.fromEntries(Object.keys(refused()).map((of) => [of, note])),
    async close() {
      clearInterval(timer)
      await looking
    },
  }
}

const note = 'new settings are refused, those before go on: the log says why'

function countRefused({ registry }: Metrics, refused: () => Record<string, string>): void {
  const gauge: Gauge = new Gauge({
    name: 'lockstep_settings_refused',
    help: '1 for a connection whose newest settings are of no use, so that those before go on; `settings`: the files as a whole.',
    labelNames: ['of'],
    registers: [registry],
    collect: () => {
      gauge.reset()
      for (const of of Object.keys(refused())) gauge.set({ of }, 1)
    },
  })
}

function stateOf(files: readonly string[]): string {
  return files
    .map((path) => {
      const { mtimeMs, size, ino } = statSync(path, { throwIfNoEntry: false }) ?? {}
      return `${mtimeMs} ${size} ${ino}`
    })
    .join()
}
