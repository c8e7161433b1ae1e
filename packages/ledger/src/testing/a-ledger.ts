import { type Appointment, emptyLink, type Link, type LinkedItem, type Wanted } from '@lockstep/domain'
import { testRedis } from '@lockstep/runtime/testing'
import { createLedger, type LedgerOptions } from '../create-ledger.ts'
import type { Mark, OutboundAttempt, UntoldAttempt } from '../ledger.ts'

/** Somewhere in 2026. Tests say what time it is; nothing of the ledger looks at a clock. */
export const T0 = 1_790_000_000_000

/** Stands in all content, and may be found nowhere once that is settled. */
export const CANARY = 'canary of the contents'

/** A ledger of the test's own with one mailbox, and the verbs that most tests need. */
export async function aLedger(options: Partial<LedgerOptions> = {}) {
  const { redis, prefix } = testRedis()
  const ledger = createLedger(redis, { prefix, ...options })
  const { id: mailboxId } = await ledger.enable('alice@contoso.example', T0)

  const begin = (nowMs = T0, limit = 10) => ledger.beginOutbound(mailboxId, { limit, nowMs, leaseMs: 30_000 })
  const settle = (attempt: OutboundAttempt, link: Link, nowMs = T0) =>
    ledger.commitOutbound(mailboxId, attempt, { kind: 'settled', link, untold: false }, nowMs)
  return {
    redis,
    prefix,
    ledger,
    mailboxId,
    begin,
    settle,
    accept: (version: number, nowMs = T0, appointmentId = 'A1') =>
      ledger.accept(mailboxId, appointmentId, present(version), nowMs),
    cancel: (version: number, nowMs = T0) => ledger.accept(mailboxId, 'A1', absent(version), nowMs),
    /** Begins the one appointment that is due. */
    beginOne: async (nowMs = T0): Promise<OutboundAttempt> => {
      const [attempt] = await begin(nowMs)
      if (!attempt) throw new Error('Nothing is due')
      return attempt
    },
    /** Takes an appointment all the way: accepted, written, settled. */
    settled: async (version: number, link: Link = linkAt(version), appointmentId = 'A1') => {
      await ledger.accept(mailboxId, appointmentId, present(version), T0)
      for (const attempt of await begin()) await settle(attempt, link)
    },
    mark: (mark: Partial<Mark> = {}, nowMs = T0) =>
      ledger.mark(mailboxId, { appointmentId: 'A1', kind: 'look', ...mark }, nowMs),
    beginDeliveries: (nowMs = T0) => ledger.beginDeliveries(mailboxId, { limit: 10, nowMs, leaseMs: 30_000 }),
    /** Begins the one delivery that is due. */
    beginDelivery: async (nowMs = T0): Promise<UntoldAttempt> => {
      const [attempt] = await ledger.beginDeliveries(mailboxId, { limit: 1, nowMs, leaseMs: 30_000 })
      if (!attempt) throw new Error('Nothing is due')
      return attempt
    },
    tell: (attempt: UntoldAttempt, link: Link, renamedTo?: string) =>
      ledger.tell(mailboxId, attempt, { link, ...(renamedTo !== undefined && { renamedTo }) }, T0),
    state: (appointmentId = 'A1') => ledger.state(mailboxId, appointmentId),
  }
}

export function present(version: number): Wanted {
  return { kind: 'present', version, atMs: T0, appointment: anAppointment(version) }
}

export function absent(version: number): Wanted {
  return { kind: 'absent', version, atMs: T0, reason: 'cancelled' }
}

export function anAppointment(version: number): Appointment {
  return {
    subject: `${CANARY} v${version}`,
    body: { contentType: 'text', content: `${CANARY} "quoted" 😀` },
    start: { dateTime: '2027-03-28T09:00:00', timeZone: 'Europe/Amsterdam' },
    end: { dateTime: '2027-03-28T10:00:00', timeZone: 'Europe/Amsterdam' },
    isAllDay: false,
    location: CANARY,
    showAs: 'busy',
    sensitivity: 'normal',
    importance: 'normal',
    reminderMinutesBeforeStart: null,
    categories: [],
    attendees: [],
  }
}

export function anItem(name: string): LinkedItem {
  return { itemId: `item-${name}`, uid: `UID-${name}`, role: 'organizer', stamped: true }
}

/** The link once that version is written to the item. */
export function linkAt(version: number, item: LinkedItem | undefined = anItem('A1')): Link {
  return { ...emptyLink, written: { version, basedOn: 0, fingerprints: {} }, ...(item && { item }) }
}

/** The link once nothing is held by Exchange any more. */
export function unlinkedAt(version: number): Link {
  return { ...emptyLink, written: { version, basedOn: 0, fingerprints: {} } }
}
