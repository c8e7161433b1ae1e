import { changeItem, removeItem } from './calendar/change-item.ts'
import { existingOccurrence, withRestored } from './calendar/occurrences.ts'
import { EwsError } from './soap/errors.ts'
import { organisersCopy, newCopy, sharedFields } from './meeting-copy.ts'
import type { Attendee, CalendarItem, Person, Response } from './store/item.ts'
import type { Mailbox } from './store/mailbox.ts'
import type { NewItem, Store } from './store/store.ts'

/** A mail that Exchange would have sent. */
export type Mail = {
  readonly from: string
  readonly to: string
  readonly kind: 'invitation' | 'update' | 'cancellation' | 'response' | 'forward' | 'message'
  readonly subject: string
  readonly time: string
}

export type SendMode = 'none' | 'all' | 'changed'
export type Answer = Extract<Response, 'Accept' | 'Tentative' | 'Decline'>

const answerPrefixes: Readonly<Record<Answer, string>> = {
  Accept: 'Accepted: ',
  Tentative: 'Tentative: ',
  Decline: 'Declined: ',
}

/** Records what Exchange would mail for a meeting, and keeps the copies of local attendees in step. */
export class Meetings {
  readonly #store: Store
  readonly mails: Mail[] = []

  constructor(store: Store) {
    this.#store = store
  }

  /** After the organiser created `item`. Returns the item as it stands afterwards. */
  created(item: CalendarItem, mode: SendMode): CalendarItem {
    if (mode === 'none' || item.attendees.length === 0 || !isOrganised(item)) return item
    for (const attendee of item.attendees) this.#invite(item, attendee)
    return this.#markSent(item)
  }

  /** What else changes of a meeting when its organiser mails `changes`: a new time counts as a new round. */
  roundOf(before: CalendarItem, changes: Partial<NewItem>, mode: SendMode): Partial<NewItem> {
    const isNewTime = 'start' in changes || 'end' in changes || 'recurrence' in changes
    const isSent = mode !== 'none' && before.requestWasSent && isOrganised(before)
    return isSent && isNewTime ? { sequence: before.sequence + 1 } : {}
  }

  /** After the organiser changed `before` into `after`. */
  updated(before: CalendarItem, after: CalendarItem, mode: SendMode): CalendarItem {
    if (mode === 'none' || !after.isMeeting || !isOrganised(after)) return after
    const was = new Set(before.attendees.map(addressOf))
    const is = new Set(after.attendees.map(addressOf))
    for (const attendee of after.attendees) {
      if (!was.has(addressOf(attendee)) || !before.requestWasSent) this.#invite(after, attendee)
      else if (mode === 'all') this.#update(before, after, attendee)
    }
    for (const attendee of before.attendees) if (!is.has(addressOf(attendee))) this.#cancel(after, attendee)
    return this.#markSent(after)
  }

  /** When the organiser deletes `item`; an attendee's own deletion tells nobody. */
  deleted(item: CalendarItem, mode: SendMode): void {
    if (mode === 'none' || !isOrganised(item)) return
    for (const attendee of item.attendees) this.#cancel(item, attendee)
  }

  /** An attendee answers. Returns the attendee's copy as it stands, or where it was put. */
  answered(item: CalendarItem, answer: Answer, isSent: boolean): CalendarItem | undefined {
    const at = Date.now()
    const showAs = answer === 'Accept' ? 'Busy' : 'Tentative'
    const copy = changeItem(this.#store, item, { myResponse: answer, showAs, respondedAt: at })
    const mailbox = this.#store.mailbox(item.mailbox)
    if (isSent && mailbox) {
      this.#post('response', mailbox.address, item.organizer.address, answerPrefixes[answer], item)
      this.#note(item, mailbox, answer, at)
    }
    return answer === 'Decline' ? removeItem(this.#store, copy, 'MoveToDeletedItems') : copy
  }

  /** Passes an invitation on; the organiser is told, and has more attendees from then on. */
  forwarded(item: CalendarItem, from: Mailbox, recipients: readonly Person[]): void {
    for (const person of recipients) {
      const attendee: Attendee = { ...person, role: 'optional', response: 'Unknown' }
      this.#post('forward', from.address, person.address, 'FW: ', item)
      for (const mailbox of this.#localMailboxes(item, attendee)) {
        if (item.isMeeting && !this.#copyIn(mailbox, item)) {
          this.#store.create(mailbox, 'calendar', newCopy(item))
        }
      }
      const original = item.isMeeting ? organisersCopy(this.#store, item) : undefined
      if (!original) continue
      if (!isOrganised(item)) {
        this.#post('message', from.address, item.organizer.address, 'Meeting Forward Notification: ', item)
      }
      if (!original.attendees.some((known) => addressOf(known) === addressOf(attendee))) {
        changeItem(this.#store, original, { attendees: [...original.attendees, attendee] })
      }
    }
  }

  /** Records a mail about an item that is none of the meeting's own. */
  wrote(item: CalendarItem, from: Mailbox, recipients: readonly Person[]): void {
    for (const { address } of recipients) this.#post('message', from.address, address, 'RE: ', item)
  }

  #markSent(item: CalendarItem): CalendarItem {
    return item.requestWasSent ? item : changeItem(this.#store, item, { requestWasSent: true })
  }

  #invite(item: CalendarItem, attendee: Attendee): void {
    this.#send('invitation', item, attendee)
    for (const mailbox of this.#localMailboxes(item, attendee)) {
      if (!this.#copyIn(mailbox, item)) this.#putCopy(mailbox, item)
    }
  }

  /** An occurrence comes back into the series that an attendee took it out of; anything else is new. */
  #putCopy(mailbox: Mailbox, item: CalendarItem): void {
    const { occurrenceOf } = item
    const series = mailbox.withUid(item.uid).find(({ folder }) => folder === 'calendar')
    if (!occurrenceOf || !series?.recurrence) {
      this.#store.create(mailbox, 'calendar', newCopy(item))
      return
    }
    const { recurrence: _recurrence, uid: _uid, extended: _extended, ...copied } = newCopy(item)
    this.#store.update(series, withRestored(series, occurrenceOf.originalStart, copied))
  }

  #update(before: CalendarItem, item: CalendarItem, attendee: Attendee): void {
    this.#send('update', item, attendee)
    for (const mailbox of this.#localMailboxes(item, attendee)) {
      const copy = this.#copyIn(mailbox, item)
      if (!copy) {
        this.#putCopy(mailbox, item)
        continue
      }
      const isMoved = copy.start !== item.start || copy.end !== item.end
      const answer = isMoved ? ({ myResponse: 'NoResponseReceived', showAs: 'Tentative' } as const) : {}
      const isNewSeries = JSON.stringify(before.recurrence) !== JSON.stringify(item.recurrence) || isMoved
      const gaps = isNewSeries ? { exceptions: [], deletedOccurrences: [] } : {}
      changeItem(this.#store, copy, { ...sharedFields(item), ...answer, ...gaps, isCancelled: false })
    }
  }

  #cancel(item: CalendarItem, attendee: Attendee): void {
    this.#send('cancellation', item, attendee)
    for (const mailbox of this.#localMailboxes(item, attendee)) {
      const copy = this.#copyIn(mailbox, item)
      if (!copy) continue
      changeItem(this.#store, copy, {
        isCancelled: true,
        subject: `Canceled: ${item.subject ?? ''}`,
        showAs: 'Free',
      })
    }
  }

  /** Notes an answer with the organiser; somebody who was not invited directly is added. */
  #note(item: CalendarItem, mailbox: Mailbox, response: Answer, respondedAt: number): void {
    const original = organisersCopy(this.#store, item)
    if (!original) return
    const answered = { response, respondedAt }
    const isKnown = original.attendees.some((attendee) => addressOf(attendee) === mailbox.address)
    const attendees = isKnown
      ? original.attendees.map((attendee) =>
          addressOf(attendee) === mailbox.address ? { ...attendee, ...answered } : attendee,
        )
      : [
          ...original.attendees,
          { address: mailbox.address, name: mailbox.name, role: 'optional' as const, ...answered },
        ]
    changeItem(this.#store, original, { attendees })
  }

  #send(kind: Mail['kind'], item: CalendarItem, attendee: Attendee): void {
    const prefix = kind === 'cancellation' ? 'Canceled: ' : ''
    for (const address of this.#store.directory.expand(attendee.address)) {
      this.#post(kind, item.organizer.address, address, prefix, item)
    }
  }

  #post(kind: Mail['kind'], from: string, to: string, prefix: string, { subject }: CalendarItem): void {
    this.mails.push({ from, to, kind, subject: prefix + (subject ?? ''), time: new Date().toISOString() })
  }

  /** The mailboxes of this organisation behind an attendee: one, or those of a distribution list. */
  #localMailboxes(item: CalendarItem, attendee: Attendee): Mailbox[] {
    const organizer = item.organizer.address.toLowerCase()
    return this.#store.directory
      .expand(attendee.address)
      .filter((address) => address.toLowerCase() !== organizer && address.toLowerCase() !== item.mailbox)
      .flatMap((address) => this.#store.mailbox(address) ?? [])
  }

  #copyIn(mailbox: Mailbox, item: CalendarItem): CalendarItem | undefined {
    const copy = mailbox.withUid(item.uid).find(({ folder }) => folder === 'calendar')
    if (!copy?.recurrence || !item.occurrenceOf) return copy
    try {
      return existingOccurrence(copy, item.occurrenceOf.originalStart)
    } catch (error) {
      // The attendee has deleted or declined this one.
      if (error instanceof EwsError) return undefined
      throw error
    }
  }
}

function isOrganised(item: CalendarItem): boolean {
  return item.myResponse === 'Organizer'
}

function addressOf({ address }: Attendee): string {
  return address.toLowerCase()
}
