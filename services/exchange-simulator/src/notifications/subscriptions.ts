import type { FaultKind, Faults } from '../faults.ts'
import type { Quirks } from '../quirks.ts'
import { EwsError } from '../soap/errors.ts'
import type { Store, StoreEvent } from '../store/store.ts'
import { EventLog } from './event-log.ts'
import { type Interest, tellingsOf, type Told } from './interest.ts'
import { PullSubscription, type PulledEvents } from './pull-subscription.ts'
import { type PushFate, PushSubscription, type PushTiming } from './push-subscription.ts'
import { Reordering } from './reordering.ts'
import { StreamingSubscription } from './streaming-subscription.ts'
import { createSubscriptionId, isSubscriptionId } from './subscription-id.ts'
import { readWatermark } from './watermark.ts'

export type { Interest } from './interest.ts'

type Held =
  | { kind: 'push'; how: PushSubscription }
  | { kind: 'pull'; how: PullSubscription }
  | { kind: 'streaming'; how: StreamingSubscription }
type Subscription = Held & { readonly interest: Interest; readonly owner: string }

/** Who subscribes to what; `watermark` is where a subscriber that was there before wants to go on. */
export type NewSubscription = { interest: Interest; owner: string; watermark?: string | undefined }

type Parts = {
  store: Store
  faults: Faults
  quirks: Quirks
  timing: PushTiming
  record: (body: string, answer: string | undefined) => void
}

/** How long a streaming subscription without a connection is kept. */
const streamingTimeoutMinutes = 30

/** All subscriptions. They end with the process, as Exchange's do when it restarts. */
export class Subscriptions {
  readonly #parts: Parts
  readonly #subscriptions = new Map<string, Subscription>()
  readonly #log: EventLog
  readonly #reordering = new Reordering()
  readonly #stopListening: () => void
  sent = 0
  /** Exchange's limit for one mailbox on premises; 20 in Exchange Online. */
  mostForMailbox = 5_000

  constructor(parts: Parts) {
    this.#parts = parts
    this.#log = new EventLog(parts.store.seq)
    this.#stopListening = parts.store.listen((event) => this.#tell(event))
  }

  get timing(): PushTiming {
    return this.#parts.timing
  }

  get count(): number {
    this.#forgetExpired()
    return this.#subscriptions.size
  }

  /** What is subscribed, for whoever looks on. */
  get all(): { id: string; kind: Held['kind']; mailbox: string; owner: string }[] {
    this.#forgetExpired()
    return [...this.#subscriptions].map(([id, { kind, interest, owner }]) => ({
      id,
      kind,
      mailbox: interest.mailbox,
      owner,
    }))
  }

  /** Starts a push subscription and returns its id. */
  push(asked: NewSubscription, url: string, statusFrequency: number): string {
    const { store, timing, record } = this.#parts
    const missed = this.#missedBy(asked)
    const id = this.#newId(asked.interest)
    const push = new PushSubscription({
      id,
      url,
      statusFrequency,
      store,
      timing,
      missed,
      fate: () => this.#fate(asked.interest.mailbox),
      onSent: (body, answer) => {
        this.sent++
        record(body, answer)
      },
      onEnd: () => this.#subscriptions.delete(id),
    })
    this.#subscriptions.set(id, { kind: 'push', how: push, ...asked })
    return id
  }

  /** Starts a pull subscription that ends when nobody asks for `timeoutMinutes`. */
  pull(asked: NewSubscription, timeoutMinutes: number): string {
    const { timing, quirks } = this.#parts
    this.#missedBy(asked)
    const id = this.#newId(asked.interest)
    const pull = new PullSubscription(
      asked.interest,
      timeoutMinutes * timing.minuteMs,
      quirks.softDeleteMoves,
    )
    this.#subscriptions.set(id, { kind: 'pull', how: pull, ...asked })
    return id
  }

  stream(asked: NewSubscription): string {
    const id = this.#newId(asked.interest)
    const how = new StreamingSubscription(id, streamingTimeoutMinutes * this.#parts.timing.minuteMs)
    this.#subscriptions.set(id, { kind: 'streaming', how, ...asked })
    return id
  }

  /** What a pull subscriber has not seen yet. */
  eventsSince(id: string, watermark: string, owner: string): PulledEvents {
    const found = this.#find(id, owner)
    if (found.kind !== 'pull') throw invalidSubscription()
    return found.how.read(readWatermark(watermark), this.#log, this.#parts.store)
  }

  streaming(id: string, owner: string): StreamingSubscription {
    const found = this.#find(id, owner)
    if (found.kind !== 'streaming') throw invalidSubscription()
    return found.how
  }

  /** Ends a pull or streaming subscription; a push subscription ends only by its listener. */
  unsubscribe(id: string, owner: string): void {
    const found = this.#find(id, owner)
    if (found.kind === 'push') throw invalidSubscription()
    found.how.end()
    this.#subscriptions.delete(id)
  }

  /** Loses all subscriptions, as a restart of the server does. */
  clear(): void {
    this.#reordering.clear()
    for (const { how } of this.#subscriptions.values()) how.end()
    this.#subscriptions.clear()
  }

  /** Loses the subscriptions of one mailbox, as its move to another database does. */
  lose(mailbox: string): void {
    for (const [id, { interest, how }] of this.#subscriptions) {
      if (interest.mailbox !== mailbox.toLowerCase()) continue
      how.end()
      this.#subscriptions.delete(id)
    }
  }

  close(): void {
    this.#stopListening()
    this.clear()
  }

  #find(id: string, owner: string): Subscription {
    this.#forgetExpired()
    if (!isSubscriptionId(id)) throw invalidSubscription()
    const found = this.#subscriptions.get(id)
    if (!found) {
      throw new EwsError('ErrorSubscriptionNotFound', 'The specified subscription was not found.')
    }
    if (found.owner !== owner) {
      throw new EwsError('ErrorSubscriptionAccessDenied', 'Only its creator may use a subscription.')
    }
    return found
  }

  #newId({ mailbox }: Interest): string {
    this.#forgetExpired()
    const known = [...this.#subscriptions.values()].filter(({ interest }) => interest.mailbox === mailbox)
    if (known.length >= this.mostForMailbox) {
      throw new EwsError(
        'ErrorExceededSubscriptionCount',
        'You have exceeded the available subscriptions for your account.',
      )
    }
    return createSubscriptionId()
  }

  #missedBy({ interest, watermark }: NewSubscription): Told[] {
    if (!watermark) return []
    const { store, quirks } = this.#parts
    const events = [...this.#log.after(readWatermark(watermark), store.seq)]
    return events.flatMap((event) => tellingsOf(event, interest, quirks.softDeleteMoves))
  }

  #forgetExpired(): void {
    for (const [id, { kind, how }] of this.#subscriptions) {
      if (kind === 'push' || !how.isExpired) continue
      how.end()
      this.#subscriptions.delete(id)
    }
  }

  #tell(event: StoreEvent): void {
    this.#log.append(event)
    for (const { kind, how, interest } of this.#subscriptions.values()) {
      if (kind === 'pull') continue
      const told = tellingsOf(event, interest, this.#parts.quirks.softDeleteMoves)
      if (told.length === 0) continue
      const { mailbox } = interest
      const hold = (): boolean => this.#strikes('notificationReordered', mailbox)
      this.#reordering.next(how, told, hold, (next) => {
        if (kind === 'push') how.tell(next)
        else this.#stream(how, next, mailbox)
      })
    }
  }

  #stream(subscription: StreamingSubscription, told: readonly Told[], mailbox: string): void {
    const { lost, delayMs, copies } = this.#fate(mailbox)
    if (lost) return
    const tell = (): void => subscription.tell(Array.from({ length: copies }, () => told).flat())
    if (delayMs > 0) setTimeout(tell, delayMs)
    else tell()
  }

  #strikes(kind: FaultKind, mailbox: string): boolean {
    return this.#parts.faults.strike({ operation: 'SendNotification', mailbox }, kind) !== undefined
  }

  #fate(mailbox: string): PushFate {
    const { faults } = this.#parts
    const occasion = { operation: 'SendNotification', mailbox }
    const delayed = faults.strike(occasion, 'notificationDelayed')
    return {
      lost: this.#strikes('notificationLost', mailbox),
      delayMs: delayed?.ms ?? 0,
      copies: this.#strikes('notificationDoubled', mailbox) ? 2 : 1,
    }
  }
}

function invalidSubscription(): EwsError {
  return new EwsError('ErrorInvalidSubscription', 'The subscription is not valid for this operation.')
}
