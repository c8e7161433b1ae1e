/** Joins texts in Prometheus' format that describe the same metrics: each is described once, its samples together. */
export function mergedMetrics(texts: readonly string[]): string {
  const metrics = new Map<string, Set<string>>()
  for (const line of texts.flatMap((text) => text.split('\n')).filter(Boolean)) {
    const name = /^(?:# (?:HELP|TYPE) )?([\w:]+)/.exec(line)?.[1] ?? ''
    metrics.set(name, (metrics.get(name) ?? new Set()).add(line))
  }
  return [...metrics.values()].map((lines) => `${[...lines].join('\n')}\n`).join('')
}
