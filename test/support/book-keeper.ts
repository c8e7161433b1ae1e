import type { ReceivedChange } from './application.ts'
import { event } from './events.ts'
import type { System } from './system.ts'

/** An appointment as an application keeps it. Without content it does not hold it any more. */
export type Kept = {
  readonly mailbox: string
  version: number
  revision: number
  madeAt: string
  content: Record<string, unknown> | undefined
  /** It was told that it is gone; otherwise it took it off itself. */
  isTold?: boolean
  /** The id by which it was told first, if it has another. */
  exchangeId?: string
}

export type BookKeeper = {
  readonly books: ReadonlyMap<string, Kept>
  /** Makes an appointment, or a new version of one, and keeps it to itself. */
  make(id: string, content: object | undefined, mailbox?: string): void
  /** Makes it and sends it. */
  send(id: string, content: object | undefined): Promise<void>
  /** All that it has to send again after a loss: what it holds, and what it has cancelled itself. */
  resent(): object[]
  /** From now on it gives appointments from Exchange an id of its own. */
  rename(toId: (change: ReceivedChange) => string | undefined): void
  /** From now on it answers 503 once, and then 409 to what does not take account of its newest version. */
  insist(): void
}

/** An application that keeps the handshake: it applies what is named as changed, and says what it is based on. */
export function keepBooks({ application, send }: System, alice: string): BookKeeper {
  const books = new Map<string, Kept>()
  let toId: (change: ReceivedChange) => string | undefined = () => undefined

  let isAway = false
  let insists = false
  application.answerWith((change) => {
    const { appointmentId, mailbox, revision, applicationVersion } = change.data
    const newest = books.get(appointmentId)?.version ?? 0
    if (isAway) {
      isAway = false
      return { status: 503 }
    }
    if (insists && newest > applicationVersion) return { status: 409, body: { version: newest } }
    const own = change.type === 'appointment.created' && !books.has(appointmentId) ? toId(change) : undefined
    const kept = books.get(appointmentId) ?? {
      mailbox,
      version: 0,
      revision: 0,
      madeAt: '',
      content: undefined,
    }
    if (revision <= kept.revision) return { status: 204 }
    books.set(own ?? appointmentId, kept)
    if (own) kept.exchangeId = appointmentId
    apply(kept, change)
    return own ? { status: 200, body: { appointmentId: own } } : { status: 204 }
  })

  const make: BookKeeper['make'] = (id, content, mailbox = alice) => {
    const kept = books.get(id) ?? { mailbox, version: 0, revision: 0, madeAt: '', content: undefined }
    const changed = content && { ...kept.content, ...content }
    books.set(id, Object.assign(kept, { version: kept.version + 1, content: changed, madeAt: now() }))
  }
  return {
    books,
    make,
    async send(id, content) {
      make(id, content)
      await send(eventOf(id, books.get(id)!))
    },
    resent: () => [...books].filter(([, { isTold }]) => !isTold).map(([id, kept]) => eventOf(id, kept)),
    rename: (next) => void (toId = next),
    insist: () => {
      isAway = true
      insists = true
    },
  }
}

function apply(kept: Kept, { type, data }: ReceivedChange): void {
  kept.revision = data.revision
  kept.madeAt ||= now()
  const isGone = type === 'appointment.cancelled' || type === 'appointment.withdrawn'
  kept.isTold = isGone
  const told = data.changed.map((property) => [property, data.appointment?.[property]])
  kept.content = isGone ? undefined : { ...kept.content, ...Object.fromEntries(told) }
}

function eventOf(id: string, { mailbox, version, revision, madeAt, content, exchangeId }: Kept): object {
  const head = { id, mailbox, version: Math.max(version, 1), basedOn: revision, time: madeAt }
  return event({ ...head, ...(exchangeId !== undefined && { exchangeId }) }, content)
}

function now(): string {
  return new Date().toISOString()
}
