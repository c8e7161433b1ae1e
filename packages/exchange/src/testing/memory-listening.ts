import type { Listening, ListeningEnd } from '../calendar-gateway.ts'
import { ExchangeUnavailableError } from '../errors.ts'

type Connection = {
  readonly ids: ReadonlySet<string>
  readonly tell: (subscriptionId: string) => void
  readonly end: (end: ListeningEnd) => void
}

/** The streaming subscriptions of the fake, and the connections over which they are told of. */
export class MemoryListening {
  /** Mailbox by subscription. */
  readonly subscriptions = new Map<string, string>()
  readonly #untold = new Set<string>()
  readonly #connections = new Set<Connection>()

  get connections(): number {
    return this.#connections.size
  }

  subscribe(mailbox: string, subscriptionId: string): void {
    this.subscriptions.set(subscriptionId, mailbox)
  }

  /** Something happened in the mailbox. */
  tell(mailbox: string): void {
    for (const [id, owner] of this.subscriptions) if (owner === mailbox) this.#untold.add(id)
    for (const connection of this.#connections) this.#flush(connection)
  }

  /** These subscriptions end, and with them the connections that tell of them. */
  end(subscriptionIds: readonly string[]): void {
    const known = subscriptionIds.filter((id) => this.subscriptions.delete(id))
    for (const { ids, end } of this.#connections) {
      const lost = known.filter((id) => ids.has(id))
      if (lost.length > 0) end({ kind: 'lost', subscriptionIds: lost })
    }
  }

  /** All subscriptions are lost, as by a restart. */
  lose(): void {
    this.end([...this.subscriptions.keys()])
  }

  /** All connections come to this end. */
  cut(end: ListeningEnd): void {
    for (const connection of this.#connections) connection.end(end)
  }

  listen(
    subscriptionIds: readonly string[],
    onChange: (subscriptionId: string) => void,
    signal?: AbortSignal,
  ): Listening {
    const { promise: ended, resolve } = Promise.withResolvers<ListeningEnd>()
    const end = (how: ListeningEnd) => {
      this.#connections.delete(connection)
      resolve(how)
    }
    const connection: Connection = { ids: new Set(subscriptionIds), tell: onChange, end }
    const close = () => end({ kind: 'broken', error: aborted() })
    signal?.addEventListener('abort', close, { once: true })
    const lost = subscriptionIds.filter((id) => !this.subscriptions.has(id))
    this.#connections.add(connection)
    if (lost.length > 0) end({ kind: 'lost', subscriptionIds: lost })
    else this.#flush(connection)
    return { ended, close }
  }

  #flush({ ids, tell }: Connection): void {
    for (const id of ids) if (this.#untold.delete(id)) tell(id)
  }
}

function aborted(): ExchangeUnavailableError {
  return new ExchangeUnavailableError('ABORTED', 0, { effect: 'none' })
}
