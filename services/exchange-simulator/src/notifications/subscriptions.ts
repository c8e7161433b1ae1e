import { randomBytes } from 'node:crypto'
import type { Faults } from '../faults.ts'
import { EwsError } from '../soap/errors.ts'
import type { FolderName } from '../store/item.ts'
import type { Store, StoreEvent } from '../store/store.ts'
import { type EventType, eventTypeOf } from './notification-xml.ts'
import { type PushFate, PushSubscription, type PushTiming } from './push-subscription.ts'

export type Interest = {
  readonly mailbox: string
  /** `undefined`: all folders. */
  readonly folders: ReadonlySet<FolderName> | undefined
  readonly types: ReadonlySet<EventType>
}

type Subscription = { readonly interest: Interest; readonly push: PushSubscription }

/** Exchange's limit for one mailbox on premises. */
const mostForMailbox = 5_000

/** All subscriptions. They end with the process, as Exchange's do when it restarts. */
export class Subscriptions {
  readonly #store: Store
  readonly #faults: Faults
  readonly #timing: PushTiming
  readonly #record: (body: string, answer: string | undefined) => void
  readonly #subscriptions = new Map<string, Subscription>()
  readonly #stopListening: () => void
  sent = 0

  constructor(
    store: Store,
    faults: Faults,
    timing: PushTiming,
    record: (body: string, answer: string | undefined) => void,
  ) {
    this.#store = store
    this.#faults = faults
    this.#timing = timing
    this.#record = record
    this.#stopListening = store.listen((event) => this.#tell(event))
  }

  get count(): number {
    return this.#subscriptions.size
  }

  /** Starts a push subscription and returns its id. */
  push(interest: Interest, url: string, statusFrequency: number): string {
    const known = [...this.#subscriptions.values()].filter(
      (other) => other.interest.mailbox === interest.mailbox,
    )
    if (known.length >= mostForMailbox) {
      throw new EwsError(
        'ErrorExceededSubscriptionCount',
        'You have exceeded the available subscriptions for your account.',
      )
    }
    const id = randomBytes(48).toString('base64')
    const push = new PushSubscription({
      id,
      url,
      statusFrequency,
      store: this.#store,
      timing: this.#timing,
      fate: () => this.#fate(interest.mailbox),
      onSent: (body, answer) => {
        this.sent++
        this.#record(body, answer)
      },
      onEnd: () => this.#subscriptions.delete(id),
    })
    this.#subscriptions.set(id, { interest, push })
    return id
  }

  has(id: string): boolean {
    return this.#subscriptions.has(id)
  }

  /** Loses all subscriptions, as a restart of the server does. */
  clear(): void {
    for (const { push } of this.#subscriptions.values()) push.end()
    this.#subscriptions.clear()
  }

  close(): void {
    this.#stopListening()
    this.clear()
  }

  #tell(event: StoreEvent): void {
    for (const { interest, push } of this.#subscriptions.values()) {
      if (interest.mailbox !== event.mailbox || !interest.types.has(eventTypeOf(event))) continue
      const { folders } = interest
      if (!folders || folders.has(event.folder) || (event.old && folders.has(event.old.folder)))
        push.push(event)
    }
  }

  #fate(mailbox: string): PushFate {
    const occasion = { operation: 'SendNotification', mailbox }
    const delayed = this.#faults.strike(occasion, 'notificationDelayed')
    return {
      lost: this.#faults.strike(occasion, 'notificationLost') !== undefined,
      delayMs: delayed?.ms ?? 0,
      copies: this.#faults.strike(occasion, 'notificationDoubled') ? 2 : 1,
    }
  }
}
