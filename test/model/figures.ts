import type { Side } from './action.ts'
import type { Constellation } from './constellation.ts'
import type { Violation } from './oracle.ts'
import type { Stage } from './stage.ts'

/** What a run came to, in figures. */
export type Figures = {
  rounds: number
  minutes: number
  /** What users did, by the side on which they did it. */
  changes: Readonly<Record<Side, number>>
  appointments: number
  events: number
  deliveries: number
  writes: number
  mails: number
  /** Attempts that ended after another one had begun: what their workers said of it. */
  overlaps: number
  /** Directions of mailboxes that were braked, and released. */
  released: number
  /** Appointments that were unconfirmed after a loss of the ledger. */
  decided: number
  /** Of each kind, how often it struck. */
  faults: Readonly<Record<string, number>>
  violations: Readonly<Record<string, number>>
}

type Facts = { rounds: number; startedAtMs: number; violations: readonly Violation[] }

export function figuresOf(
  constellation: Constellation,
  { done, book, producer, troubles, operator, decided }: Stage,
  { rounds, startedAtMs, violations }: Facts,
): Figures {
  const { simulator, application } = constellation
  const kinds = Map.groupBy(violations, ({ kind }) => kind)
  return {
    rounds,
    minutes: Math.round((Date.now() - startedAtMs) / 6_000) / 10,
    changes: { ...done },
    appointments: book.size,
    events: producer.sent,
    deliveries: application.received.length,
    writes: writesOf(constellation),
    mails: simulator.mails.length,
    overlaps: overlapsOf(constellation),
    released: operator.released,
    decided,
    faults: { ...troubles.counts, ...simulator.faults.counts },
    violations: Object.fromEntries([...kinds].map(([kind, { length }]) => [kind, length])),
  }
}

function overlapsOf({ linesOf }: Constellation): number {
  const isOverlap = (line: string) =>
    line.includes('overlapped with another attempt') || line.includes('"result":"moved"')
  return [...linesOf('outbound-worker'), ...linesOf('inbound-worker')].filter(isOverlap).length
}

export function changesOf({ changes }: Figures): number {
  return changes.application + changes.exchange
}

export function writesOf({ simulator }: Constellation): number {
  const { CreateItem = 0, UpdateItem = 0, DeleteItem = 0 } = simulator.calls
  return CreateItem + UpdateItem + DeleteItem
}

/** The closing figures, one to a line; what must not be is told also if it was not. */
export function linesOf({ faults, changes, violations, ...figures }: Figures): string[] {
  const { difference = 0, duplicate = 0, identity = 0, lost = 0, echo = 0, mail = 0, ...others } = violations
  return [
    ...Object.entries(figures).map(line),
    line(['changes', changes.application + changes.exchange]),
    line(['  in the application', changes.application]),
    line(['  in Exchange', changes.exchange]),
    line(['faults', Object.values(faults).reduce((sum, count) => sum + count, 0)]),
    ...Object.entries(faults)
      .toSorted(([left], [right]) => left.localeCompare(right))
      .map(([name, count]) => line([`  ${name}`, count])),
    line(['differences', difference]),
    line(['duplicates', duplicate + identity]),
    line(['lost', lost]),
    line(['echoes', echo]),
    line(['mails beyond', mail]),
    line(['other violations', Object.values(others).reduce((sum, count) => sum + count, 0)]),
  ]
}

function line([name, value]: readonly [string, unknown]): string {
  return `${name.padEnd(24)} ${String(value).padStart(7)}`
}
