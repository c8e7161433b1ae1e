import { Histogram, type Registry } from 'prom-client'

type Call = { operation: string; durationMs: number; outcome: string }

/** Counts and times the calls to Exchange, by operation and outcome. */
export function callDurations(registry: Registry): (call: Call) => void {
  const seconds = new Histogram({
    name: 'lockstep_exchange_call_seconds',
    help: 'Duration of calls to Exchange.',
    labelNames: ['operation', 'outcome'],
    buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
    registers: [registry],
  })
  return ({ operation, outcome, durationMs }) => seconds.observe({ operation, outcome }, durationMs / 1_000)
}
