import { existingOccurrence } from './calendar/occurrences.ts'
import type { CalendarItem } from './store/item.ts'
import type { NewItem, Store } from './store/store.ts'

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

/** What an attendee's copy has in common with the organiser's item. */
export function sharedFields(item: CalendarItem): Shared {
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

/** The tentative copy that an invitation puts into a calendar. */
export function newCopy(item: CalendarItem): NewItem {
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

/** The organiser's own item of a meeting, or its occurrence, if the organiser is of this organisation. */
export function organisersCopy(store: Store, item: CalendarItem): CalendarItem | undefined {
  const found = store
    .mailbox(item.organizer.address)
    ?.withUid(item.uid)
    .find(({ folder, myResponse }) => folder === 'calendar' && myResponse === 'Organizer')
  if (!found?.recurrence || !item.occurrenceOf) return found
  return existingOccurrence(found, item.occurrenceOf.originalStart)
}
