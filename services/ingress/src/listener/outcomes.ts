import type { Logger } from '@lockstep/runtime'
import { Counter, type Registry } from 'prom-client'
import { networkAround } from './networks.ts'

/** What became of a notification. */
export type Outcome =
  | 'taken'
  | 'notAllowed'
  | 'noAnswerFromDns'
  | 'unknownToken'
  | 'unreadable'
  | 'tooMany'
  | 'unavailable'

export type Outcomes = (outcome: Outcome, source?: string) => void

const tellEveryMs = 10_000

/** Counts what becomes of notifications, and tells of refused ones in the log: one line for many, should they be a flood. */
export function watchOutcomes(registry: Registry, log: Logger): Outcomes {
  const counter = new Counter({
    name: 'lockstep_notifications_total',
    help: 'Notifications that somebody sent, by outcome.',
    labelNames: ['outcome'],
    registers: [registry],
  })
  const untold = new Map<Outcome, { count: number; toldMs: number }>()

  return (outcome, source) => {
    counter.inc({ outcome })
    // That Redis is away is told once, and nobody was refused anything for good: Exchange sends it again.
    if (outcome === 'taken' || outcome === 'unavailable') return
    const entry = untold.get(outcome) ?? { count: 0, toldMs: -Infinity }
    untold.set(outcome, entry)
    entry.count += 1
    if (performance.now() - entry.toldMs < tellEveryMs) return
    const network = source === undefined ? 'unknown' : networkAround(source)
    log.warn({ outcome, count: entry.count, network }, 'notifications refused')
    Object.assign(entry, { count: 0, toldMs: performance.now() })
  }
}
