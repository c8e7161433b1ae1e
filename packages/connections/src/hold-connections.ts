/** One connection at work in this process. */
export type Running = {
  ready?(): Promise<unknown>
  close(limitMs?: number): Promise<void>
}

/** The connections at work in this process, each by itself. */
export type Held = {
  start(name: string): Promise<void>
  ready(): Promise<void>
  close(limitMs?: number): Promise<void>
}

export function holdConnections<Config>(
  connections: ReadonlyMap<string, Config>,
  begin: (name: string, config: Config) => Promise<Running>,
) {
  const running = new Map<string, Running>()
  return {
    async startAll() {
      for (const [name, config] of connections) running.set(name, await begin(name, config))
    },
    async ready() {
      await Promise.all([...running.values()].map((each) => each.ready?.()))
    },
    async close(limitMs?: number) {
      await Promise.all([...running.values()].map((each) => each.close(limitMs)))
    },
  }
}
