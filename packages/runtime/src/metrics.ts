import { collectDefaultMetrics, Registry } from 'prom-client'

/** What is served at `/metrics`. */
export type MetricSource = Pick<Registry, 'contentType' | 'metrics'>

/** The metrics of a process: its own, and those of each connection with the label `connection`. */
export type Metrics = MetricSource & {
  readonly registry: Registry
  /** A registry for the metrics of one connection. Until it is dropped it is part of what is served. */
  openFor(connection: string): Registry
  drop(registry: Registry): void
}

/** A registry for the metrics of one service, with those of its process in it. */
export function createRegistry(service: string): Registry {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry })
  return registry
}

export function createMetrics(service: string): Metrics {
  const registry = createRegistry(service)
  const all = new Set([registry])
  return {
    registry,
    contentType: registry.contentType,
    metrics: async () => joined(await Promise.all([...all].map((each) => each.metrics()))),
    openFor(connection) {
      const own = new Registry()
      own.setDefaultLabels({ service, connection })
      all.add(own)
      return own
    },
    drop: (dropped) => void all.delete(dropped),
  }
}

/** Texts in Prometheus' format may describe the same metrics: each is described once, with its samples together. */
function joined(texts: readonly string[]): string {
  const metrics = new Map<string, Set<string>>()
  for (const line of texts.flatMap((text) => text.split('\n')).filter(Boolean)) {
    const name = /^(?:# (?:HELP|TYPE) )?([\w:]+)/.exec(line)?.[1] ?? ''
    metrics.set(name, (metrics.get(name) ?? new Set()).add(line))
  }
  return [...metrics.values()].map((lines) => `${[...lines].join('\n')}\n`).join('')
}
