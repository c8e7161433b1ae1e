import type { Logger } from '@lockstep/runtime'

/** One connection at work in this process. */
export type Running = {
  /** Rejects if it does not do its work at the moment. */
  ready?(): Promise<unknown>
  close(limitMs?: number): Promise<void>
}

/** Why new settings of a connection are not taken, and those before go on. */
export type Refused = { readonly sinceMs: number; readonly reason: string }

/** The connections at work in this process, each by itself. */
export type Held<Config> = {
  /** Begins with all of them. @throws if one cannot begin */
  start(connections: ReadonlyMap<string, Config>): Promise<void>
  /**
   * Begins with those that are new, ends those that are gone, and replaces those that are other than before once the new
   * settings have been tried. Says whether all of it came about. The rest is not touched.
   */
  change(connections: ReadonlyMap<string, Config>): Promise<boolean>
  refused(): ReadonlyMap<string, Refused>
  ready(): Promise<void>
  close(limitMs?: number): Promise<void>
}

export type HoldOptions<Config> = {
  readonly log: Logger
  begin(name: string, config: Config): Promise<Running>
  /** Tries new settings, and rejects if they are of no use. */
  attempt?(name: string, config: Config, before: Config | undefined): Promise<void>
  /** Whether the new one begins before the old one ends, so that there is no moment without. */
  readonly isSeamless?: boolean
}

type Entry<Config> = { readonly config: Config; readonly running: Running }

export function holdConnections<Config>(options: HoldOptions<Config>): Held<Config> {
  const { log, begin, attempt, isSeamless = false } = options
  const held = new Map<string, Entry<Config>>()
  const refused = new Map<string, Refused>()

  const beginWith = async (name: string, config: Config) =>
    void held.set(name, { config, running: await begin(name, config) })

  async function end(name: string): Promise<void> {
    const entry = held.get(name)
    held.delete(name)
    await entry?.running.close()
  }

  async function replace(name: string, config: Config): Promise<boolean> {
    const before = held.get(name)
    try {
      await attempt?.(name, config, before?.config)
      if (!isSeamless) await end(name)
      await beginWith(name, config)
      if (isSeamless) await before?.running.close()
    } catch (error) {
      refuse(name, error as Error)
      if (before && !held.has(name)) await beginWith(name, before.config)
      return false
    }
    refused.delete(name)
    log.info({ connection: name }, before ? 'new settings of a connection are in use' : 'connection added')
    return true
  }

  function refuse(name: string, error: Error): void {
    const reason = reasonOf(error)
    const last = refused.get(name)
    if (last?.reason === reason) return
    refused.set(name, { sinceMs: last?.sinceMs ?? Date.now(), reason })
    log.error({ connection: name, reason }, 'new settings of a connection are refused, those before go on')
  }

  return {
    async start(connections) {
      await Promise.all([...connections].map(([name, config]) => beginWith(name, config)))
    },
    async change(connections) {
      for (const name of refused.keys())
        if (isSame(held.get(name), connections.get(name))) refused.delete(name)
      const gone = [...held.keys()].filter((name) => !connections.has(name))
      const other = [...connections].filter(([name, config]) => !isSame(held.get(name), config))
      const ending = gone.map(async (name) => {
        await end(name)
        log.info({ connection: name }, 'connection ended')
      })
      const [, results] = await Promise.all([
        Promise.all(ending),
        Promise.all(other.map(([name, config]) => replace(name, config))),
      ])
      return results.every(Boolean)
    },
    refused: () => refused,
    async ready() {
      await Promise.all([...held.values()].map(async ({ running }) => running.ready?.()))
    },
    async close(limitMs) {
      await Promise.all([...held.values()].map(({ running }) => running.close(limitMs)))
    },
  }
}

function isSame<Config>(entry: Entry<Config> | undefined, config: Config | undefined): boolean {
  return entry !== undefined && JSON.stringify(entry.config) === JSON.stringify(config)
}

function reasonOf(error: Error & { mend?: string }): string {
  return error.mend === undefined ? error.message : `${error.message}: ${error.mend}`
}
