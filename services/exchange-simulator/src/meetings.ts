import type { Attendee, CalendarItem } from './store/item.ts'
import type { Mailbox } from './store/mailbox.ts'
import type { NewItem, Store } from './store/store.ts'

/** A mail that Exchange would have sent. */
export type Mail = {
  readonly from: string
  readonly to: string
  readonly kind: 'invitation' | 'update' | 'cancellation'
  readonly subject: string
  readonly time: string
}

export type SendMode = 'none' | 'all' | 'changed'

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
    return item.requestWasSent ? item : this.#store.update(item, { requestWasSent: true })
  }

  /** After the organiser changed `before` into `after`. */
  updated(before: CalendarItem, after: CalendarItem, mode: SendMode): CalendarItem {
    if (mode === 'none' || !after.isMeeting || !isOrganised(after)) return after
    const was = new Set(before.attendees.map(addressOf))
    const is = new Set(after.attendees.map(addressOf))
    for (const attendee of after.attendees) {
      if (!was.has(addressOf(attendee)) || !before.requestWasSent) this.#invite(after, attendee)
      else if (mode === 'all') this.#update(after, attendee)
    }
    for (const attendee of before.attendees) if (!is.has(addressOf(attendee))) this.#cancel(after, attendee)
    return after.requestWasSent ? after : this.#store.update(after, { requestWasSent: true })
  }

  /** When the organiser deletes `item`; an attendee's own deletion tells nobody. */
  deleted(item: CalendarItem, mode: SendMode): void {
    if (mode === 'none' || !isOrganised(item)) return
    for (const attendee of item.attendees) this.#cancel(item, attendee)
  }

  #invite(item: CalendarItem, attendee: Attendee): void {
    this.#send('invitation', item, attendee)
    const mailbox = this.#localMailbox(item, attendee)
    if (mailbox && !this.#copyIn(mailbox, item)) this.#store.create(mailbox, 'calendar', newCopy(item))
  }

  #update(item: CalendarItem, attendee: Attendee): void {
    this.#send('update', item, attendee)
    const mailbox = this.#localMailbox(item, attendee)
    const copy = mailbox && this.#copyIn(mailbox, item)
    if (mailbox && !copy) this.#store.create(mailbox, 'calendar', newCopy(item))
    if (!copy) return
    const isMoved = copy.start !== item.start || copy.end !== item.end
    const answer = isMoved ? ({ myResponse: 'NoResponseReceived', showAs: 'Tentative' } as const) : {}
    this.#store.update(copy, { ...sharedFields(item), ...answer, isCancelled: false })
  }

  #cancel(item: CalendarItem, attendee: Attendee): void {
    this.#send('cancellation', item, attendee)
    const mailbox = this.#localMailbox(item, attendee)
    const copy = mailbox && this.#copyIn(mailbox, item)
    if (!copy) return
    this.#store.update(copy, {
      isCancelled: true,
      subject: `Canceled: ${item.subject ?? ''}`,
      showAs: 'Free',
    })
  }

  #send(kind: Mail['kind'], item: CalendarItem, attendee: Attendee): void {
    const prefix = kind === 'cancellation' ? 'Canceled: ' : ''
    this.mails.push({
      from: item.organizer.address,
      to: attendee.address,
      kind,
      subject: prefix + (item.subject ?? ''),
      time: new Date().toISOString(),
    })
  }

  #localMailbox(item: CalendarItem, attendee: Attendee): Mailbox | undefined {
    return addressOf(attendee) === item.mailbox ? undefined : this.#store.mailbox(attendee.address)
  }

  #copyIn(mailbox: Mailbox, item: CalendarItem): CalendarItem | undefined {
    return mailbox.withUid(item.uid).find(({ folder }) => folder === 'calendar')
  }
}

function isOrganised(item: CalendarItem): boolean {
  return item.myResponse === 'Organizer'
}

function addressOf({ address }: Attendee): string {
  return address.toLowerCase()
}

type Shared = Pick<
  NewItem,
  | 'subject'
  | 'body'
  | 'location'
  | 'start'
  | 'end'
  | 'startZone'
  | 'endZone'
  | 'isAllDay'
  | 'importance'
  | 'sensitivity'
> &
  Pick<NewItem, 'attendees' | 'recurrence' | 'sequence' | 'organizer'>

function sharedFields(item: CalendarItem): Shared {
  const { subject, body, location, start, end, startZone, endZone, isAllDay, importance, sensitivity } = item
  const { attendees, recurrence, sequence, organizer } = item
  return {
    subject,
    body,
    location,
    start,
    end,
    startZone,
    endZone,
    isAllDay,
    importance,
    sensitivity,
    attendees,
    recurrence,
    sequence,
    organizer,
  }
}

function newCopy(item: CalendarItem): NewItem {
  return {
    ...sharedFields(item),
    uid: item.uid,
    itemClass: item.itemClass,
    modifiedBy: item.organizer.name,
    showAs: 'Tentative',
    categories: [],
    reminderIsSet: item.reminderIsSet,
    reminderMinutes: item.reminderMinutes,
    myResponse: 'NoResponseReceived',
    isMeeting: true,
    isCancelled: false,
    requestWasSent: true,
    extended: {},
  }
}
