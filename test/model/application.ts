import type { Answer, ReceivedChange } from '../support/application.ts'
import { event } from '../support/events.ts'
import { type Content, labelOf } from './content.ts'

/** An appointment as the application holds it, or held it. */
export type Entry = {
  readonly mailbox: string
  appointmentId: string
  label: number
  /** Grows with each change of its own. */
  version: number
  /** The newest revision that it applied. */
  applied: number
  /** Properties of changes that it was told and did not take, answering 409 or 503: it may be told of them once more. */
  readonly declined: Set<string>
  /** Revisions that told it of nothing else. */
  readonly repeats: Set<number>
  isHeld: boolean
  /** It was told that it is gone; otherwise it took it off itself. */
  isTold?: boolean
  /** When it made its newest version, or was told of the appointment. */
  madeAt?: string
  /** When it was made here; missing if it came from Exchange. */
  readonly bornAtMs?: number
  isRecurring: boolean
  content: Content
}

export type ApplicationModel = {
  /** All that it ever held. */
  readonly entries: readonly Entry[]
  find(label: number): Entry | undefined
  create(mailbox: string, label: number, content: Content): Version
  change(entry: Entry, change: Partial<Content> & { isHeld?: boolean; isRecurring?: boolean }): Version
  /** The newest version of all that it holds, and of what it has taken off itself: once more. */
  resent(): Version[]
  /** What it does with a delivery. */
  receive(change: ReceivedChange): Answer
  /** The same while it is away. */
  miss(change: ReceivedChange): Answer
}

/** One version on its way to Lockstep. */
export type Version = { readonly appointmentId: string; readonly version: number; readonly event: object }

/**
 * An application that keeps the handshake: its versions say what they are based on, it applies only what is named as
 * changed, and knows what it has applied. While it has a newer version than a change accounts for it either answers
 * 409 or applies the change over it; both are allowed.
 */
export function createApplicationModel(answersConflict: boolean): ApplicationModel {
  const entries: Entry[] = []
  const byId = new Map<string, Entry>()

  function keep(entry: Entry): Entry {
    entries.push(entry)
    byId.set(entry.appointmentId, entry)
    return entry
  }

  function born({ data }: ReceivedChange): Entry {
    const { mailbox, appointmentId, appointment } = data
    const content = appointment as unknown as Content
    const label = labelOf(content.subject)
    return keep(entryOf({ mailbox, appointmentId, label, content, isHeld: false }))
  }

  return {
    entries,
    find: (label) => entries.findLast((entry) => entry.label === label),

    create(mailbox, label, content) {
      const appointmentId = `APP-${label}`
      return versionOf(
        keep(entryOf({ mailbox, appointmentId, label, content, isHeld: true, bornAtMs: Date.now() })),
      )
    },
    change(entry, { isHeld = entry.isHeld, isRecurring = entry.isRecurring, ...content }) {
      Object.assign(entry, { isHeld, isRecurring, content: { ...entry.content, ...content } })
      return versionOf(entry)
    },
    resent: () => entries.filter(({ isTold }) => !isTold).map(versionAgain),
    receive(change) {
      const { appointmentId, revision, applicationVersion } = change.data
      const known = byId.get(appointmentId)
      if (!known && change.type !== 'appointment.created') return { status: 204 }
      if (known && revision <= known.applied) return { status: 204 }
      if (known && answersConflict && known.version > applicationVersion) {
        decline(known, change)
        return { status: 409, body: { version: known.version } }
      }
      apply(known ?? born(change), change)
      return { status: 204 }
    },
    miss(change) {
      const known = byId.get(change.data.appointmentId)
      if (known && change.data.revision > known.applied) decline(known, change)
      return { status: 503 }
    },
  }
}

type Beginning = Pick<Entry, 'mailbox' | 'appointmentId' | 'label' | 'content' | 'isHeld' | 'bornAtMs'>

function entryOf(beginning: Beginning): Entry {
  return { ...beginning, version: 0, applied: 0, declined: new Set(), repeats: new Set(), isRecurring: false }
}

function decline(entry: Entry, { data }: ReceivedChange): void {
  for (const property of data.changed) entry.declined.add(property)
}

function apply(entry: Entry, { type, data }: ReceivedChange): void {
  entry.applied = data.revision
  const isRepeat = type === 'appointment.updated' && entry.declined.isSupersetOf(new Set(data.changed))
  if (isRepeat) entry.repeats.add(data.revision)
  entry.declined.clear()
  if (type === 'appointment.created') entry.isHeld = true
  const isGone = type === 'appointment.cancelled' || type === 'appointment.withdrawn'
  if (isGone) entry.isHeld = false
  entry.isTold = isGone
  entry.madeAt ??= new Date().toISOString()
  const told = data.changed.map((property) => [property, data.appointment?.[property]])
  const isWhole = type === 'appointment.created'
  entry.content = { ...entry.content, ...Object.fromEntries(told) } as Content
  if (isWhole) entry.isRecurring = false
}

function versionOf(entry: Entry): Version {
  entry.version++
  entry.isTold = false
  entry.madeAt = new Date().toISOString()
  return versionAgain(entry)
}

function versionAgain(entry: Entry): Version {
  entry.version ||= 1
  const { appointmentId, version, mailbox, applied, content, isRecurring } = entry
  const appointment = {
    ...content,
    attendees: content.attendees.map(({ address, type }) => ({ address, type })),
    recurrence: isRecurring ? { pattern: 'weekly' } : null,
  }
  const time = entry.madeAt ?? new Date().toISOString()
  const head = { id: appointmentId, version, mailbox, basedOn: applied, time }
  return { appointmentId, version, event: event(head, entry.isHeld ? appointment : undefined) }
}
