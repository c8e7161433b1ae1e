import { randomUUID } from 'node:crypto'
import type { Latency } from './latency.ts'
import { EwsError, serverBusy } from './soap/errors.ts'

/** What can go wrong on demand. */
export type FaultEffect =
  /**
   * ErrorServerBusy: as a SOAP fault with status 500, for each item in a 200, or for each item inside an
   * ErrorInternalServerError. No `backOffMs`: no hint.
   */
  | { kind: 'busyFault'; backOffMs?: number }
  | { kind: 'busyItem'; backOffMs?: number }
  | { kind: 'busyWrapped'; backOffMs?: number }
  | { kind: 'unavailable'; retryAfterSeconds?: number }
  | { kind: 'latency'; ms: Latency }
  | { kind: 'refuseConnections' }
  /** The connection breaks: before anything happened, after it happened, or it happens `effectAfterMs` later. */
  | { kind: 'dropBeforeEffect' }
  | { kind: 'dropAfterEffect' }
  | { kind: 'lateEffect'; effectAfterMs: number }
  /** The effect lands and half of the answer comes back; or all of it, but as XML that no parser takes. */
  | { kind: 'halfAnswer' }
  | { kind: 'malformedXml' }
  | { kind: 'emptyError' }
  | { kind: 'htmlError' }
  /** Any response code: for each item of the answer, or as a SOAP fault for the request. */
  | { kind: 'error'; code: string }
  | { kind: 'fault'; code: string }
  /** A synchronisation says of items that changed that they are deleted. */
  | { kind: 'falseDelete' }
  /** A synchronisation from the start leaves out every other item, and says that it is complete. */
  | { kind: 'incompleteListing' }
  | { kind: 'notificationLost' }
  | { kind: 'notificationDelayed'; ms: number }
  | { kind: 'notificationDoubled' }
  | { kind: 'notificationReordered' }
  /** The server goes down for a while in the middle of a call, and forgets all subscriptions. */
  | { kind: 'restart'; downMs: number }
  /** The mailbox of the call moves to another database: it is away for a while, and its subscriptions are lost. */
  | { kind: 'mailboxMove'; awayMs: number }
  /** The server's clock is wrong: in the Date header and in the times that items carry. */
  | { kind: 'clockSkew'; ms: number }

/** Where a fault strikes. What is left out matches everything. */
export type FaultScope = {
  readonly operation?: string
  readonly mailbox?: string
  readonly itemId?: string
  /** How often it strikes before it is used up. */
  readonly times?: number
  /** How many matching occasions it lets pass first. */
  readonly after?: number
  /** On which part of the occasions it strikes, by chance: from 0 to 1, where left out always. */
  readonly share?: number
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
  #clockSkewMs = 0

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
    this.#changed()
    return id
  }

  remove(id: string): boolean {
    const known = this.#faults.delete(id)
    this.#changed()
    return known
  }

  clear(): void {
    this.#faults.clear()
    this.#changed()
  }

  resetCounts(): void {
    this.#counts.clear()
  }

  get refusesConnections(): boolean {
    return [...this.#faults.values()].some(({ kind }) => kind === 'refuseConnections')
  }

  /** How far the server's clock is ahead. */
  get clockSkewMs(): number {
    return this.#clockSkewMs
  }

  /** Whether there is a fault that waits for certain items. */
  get concernsItems(): boolean {
    return this.#faults.size > 0 && [...this.#faults.values()].some(({ itemId }) => itemId)
  }

  /** Lets one fault of these kinds strike, if there is one for the occasion. */
  strike<Kind extends FaultKind>(
    occasion: Occasion,
    ...kinds: readonly Kind[]
  ): (FaultEffect & { kind: Kind }) | undefined {
    if (this.#faults.size === 0) return undefined
    for (const fault of this.#faults.values()) {
      if (!kinds.some((kind) => kind === fault.kind) || !matches(fault, occasion)) continue
      if (fault.passed < (fault.after ?? 0)) {
        fault.passed++
        continue
      }
      if (fault.share !== undefined && Math.random() >= fault.share) continue
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
    const fault = this.strike(occasion, 'busyItem', 'busyWrapped', 'error')
    if (!fault) return undefined
    if (fault.kind === 'busyItem') return serverBusy(fault.backOffMs)
    if (fault.kind === 'busyWrapped') return wrapped(serverBusy(fault.backOffMs))
    return new EwsError(fault.code, 'The simulator was asked to fail.')
  }

  #changed(): void {
    this.#clockSkewMs = [...this.#faults.values()].reduce(
      (sum, fault) => sum + (fault.kind === 'clockSkew' ? fault.ms : 0),
      0,
    )
    this.#onChange()
  }
}

/** An error as Exchange tells of it where one of its servers asked another. */
export function wrapped({ code, message, details }: EwsError): EwsError {
  return new EwsError(
    'ErrorInternalServerError',
    'An internal server error occurred. The operation failed.',
    {
      InnerErrorMessageText: message,
      InnerErrorResponseCode: code,
      InnerErrorDescriptiveLinkKey: 0,
      ...details,
    },
  )
}

function matches(fault: FaultScope, occasion: Occasion): boolean {
  if (fault.operation && fault.operation !== occasion.operation) return false
  if (fault.mailbox && fault.mailbox.toLowerCase() !== occasion.mailbox?.toLowerCase()) return false
  return !fault.itemId || (occasion.itemIds?.includes(fault.itemId) ?? false)
}
