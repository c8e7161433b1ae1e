/** One connection at work in this process. */
export type Running = {
  /** Rejects if it does not do its work at the moment. */
  ready?(): Promise<unknown>
  close(limitMs?: number): Promise<void>
}

/** The connections at work in this process, each by itself. */
export type Held<Config> = {
  start(connections: ReadonlyMap<string, Config>): Promise<void>
  ready(): Promise<void>
  close(limitMs?: number): Promise<void>
}

export function holdConnections<Config>(
  begin: (name: string, config: Config) => Promise<Running>,
): Held<Config> {
  const running = new Map<string, Running>()
  return {
    async start(connections) {
      const beginning = [...connections].map(async ([name, config]) => {
        running.set(name, await begin(name, config))
      })
      await Promise.all(beginning)
    },
    async ready() {
      await Promise.all([...running.values()].map(async (each) => each.ready?.()))
    },
    async close(limitMs) {
      await Promise.all([...running.values()].map((each) => each.close(limitMs)))
    },
  }
}
