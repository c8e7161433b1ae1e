import { randomUUID } from 'node:crypto'
import { EwsError, serverBusy } from './soap/errors.ts'

/** What can go wrong on demand. */
export type FaultEffect =
  /** ErrorServerBusy: as a SOAP fault with status 500, or for each item in a 200. No `backOffMs`: no hint. */
  | { kind: 'busyFault'; backOffMs?: number }
  | { kind: 'busyItem'; backOffMs?: number }
  | { kind: 'unavailable'; retryAfterSeconds?: number }
  | { kind: 'latency'; ms: number }
  | { kind: 'refuseConnections' }
  /** The connection breaks: before anything happened, after it happened, or it happens `effectAfterMs` later. */
  | { kind: 'dropBeforeEffect' }
  | { kind: 'dropAfterEffect' }
  | { kind: 'lateEffect'; effectAfterMs: number }
  | { kind: 'emptyError' }
  | { kind: 'htmlError' }
  /** Any response code: for each item of the answer, or as a SOAP fault for the request. */
  | { kind: 'error'; code: string }
  | { kind: 'fault'; code: string }
  | { kind: 'notificationLost' }
  | { kind: 'notificationDelayed'; ms: number }
  | { kind: 'notificationDoubled' }

/** Where a fault strikes. What is left out matches everything. */
export type FaultScope = {
  readonly operation?: string
  readonly mailbox?: string
  readonly itemId?: string
  /** How often it strikes before it is used up. */
  readonly times?: number
  /** How many matching occasions it lets pass first. */
  readonly after?: number
}

export type FaultOptions = FaultEffect & FaultScope
export type FaultKind = FaultEffect['kind']
export type Occasion = { operation?: string; mailbox?: string; itemIds?: readonly string[] }

/** A fault that was asked for. `hits` counts how often it struck. */
export type Fault = FaultOptions & { readonly id: string; hits: number }

/** The faults of one simulator. */
export class Faults {
  readonly #faults = new Map<string, Fault & { passed: number }>()
  readonly #counts = new Map<FaultKind, number>()
  readonly #onChange: () => void

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  get active(): Fault[] {
    return [...this.#faults.values()].map(({ passed: _passed, ...fault }) => fault)
  }

  /** How often each kind struck since the start or the last reset. */
  get counts(): Readonly<Partial<Record<FaultKind, number>>> {
    return Object.fromEntries(this.#counts)
  }

  /** Asks for a fault, and returns the id by which `remove` ends it. */
  add(options: FaultOptions): string {
    const id = randomUUID()
    this.#faults.set(id, { ...options, id, hits: 0, passed: 0 })
    this.#onChange()
    return id
  }

  remove(id: string): boolean {
    const known = this.#faults.delete(id)
    this.#onChange()
    return known
  }

  clear(): void {
    this.#faults.clear()
    this.#onChange()
  }

  resetCounts(): void {
    this.#counts.clear()
  }

  get refusesConnections(): boolean {
    return [...this.#faults.values()].some(({ kind }) => kind === 'refuseConnections')
  }

  /** Lets one fault of these kinds strike, if there is one for the occasion. */
  strike<Kind extends FaultKind>(
    occasion: Occasion,
    ...kinds: readonly Kind[]
  ): (FaultEffect & { kind: Kind }) | undefined {
    for (const fault of this.#faults.values()) {
      if (!kinds.some((kind) => kind === fault.kind) || !matches(fault, occasion)) continue
      if (fault.passed < (fault.after ?? 0)) {
        fault.passed++
        continue
      }
      this.count(fault.kind)
      fault.hits++
      if (fault.hits === fault.times) this.#faults.delete(fault.id)
      return fault as unknown as FaultEffect & { kind: Kind }
    }
    return undefined
  }

  count(kind: FaultKind): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1)
  }

  /** The error that one item of an answer is to get. */
  errorFor(occasion: Occasion): EwsError | undefined {
    const fault = this.strike(occasion, 'busyItem', 'error')
    if (!fault) return undefined
    if (fault.kind === 'busyItem') return serverBusy(fault.backOffMs)
    return new EwsError(fault.code, 'The simulator was asked to fail.')
  }
}

function matches(fault: FaultScope, occasion: Occasion): boolean {
  if (fault.operation && fault.operation !== occasion.operation) return false
  if (fault.mailbox && fault.mailbox.toLowerCase() !== occasion.mailbox?.toLowerCase()) return false
  return !fault.itemId || (occasion.itemIds?.includes(fault.itemId) ?? false)
}
