import { type Attendee, type CalendarItem } from '../store/item.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import { childText } from '../xml/element.ts'
import type { Draft } from './draft.ts'
import { computed, type Field, oneOf, parseBoolean, stored } from './field.ts'
import { readAttendees, writeAttendees, writePerson } from './people.ts'
import { endsOf, occurrenceAt } from './occurrences.ts'
import { readRecurrence, writeRecurrence } from './recurrence-xml.ts'
import { checkDateTime, writeInstant } from './time.ts'
import { zoneDefinition } from './zone-definition.ts'
import { readZone } from './read-zone.ts'
import { windowsZone } from './zones.ts'

/** The properties that t:CalendarItemType adds to an item, in the schema's order. */
export const calendarFields: readonly Field[] = [
  stored('calendar:UID', 'uid', (text) => text.trim()),
  computed(
    'calendar:RecurrenceId',
    ({ occurrenceOf }) => occurrenceOf && writeInstant(occurrenceOf.originalStart),
  ),
  computed('calendar:DateTimeStamp', (item) => writeInstant(item.modifiedAt)),
  computed('calendar:Start', (item) => writeInstant(item.start), {
    isDefault: true,
    write: (draft, element) => {
      draft.startText = checkDateTime(element.text)
    },
  }),
  computed('calendar:End', (item) => writeInstant(item.end), {
    isDefault: true,
    write: (draft, element) => {
      draft.endText = checkDateTime(element.text)
    },
  }),
  computed(
    'calendar:OriginalStart',
    ({ occurrenceOf }) => occurrenceOf && writeInstant(occurrenceOf.originalStart),
  ),
  stored('calendar:IsAllDayEvent', 'isAllDay', parseBoolean, { empty: false }),
  stored(
    'calendar:LegacyFreeBusyStatus',
    'showAs',
    oneOf('Free', 'Tentative', 'Busy', 'OOF', 'WorkingElsewhere', 'NoData'),
    { isDefault: true, empty: 'Busy' },
  ),
  stored('calendar:Location', 'location', (text) => text, { isDefault: true, empty: null }),
  computed('calendar:IsMeeting', (item) => item.isMeeting),
  computed('calendar:IsCancelled', (item) => item.isCancelled),
  computed('calendar:IsRecurring', (item) => item.recurrence !== null || item.occurrenceOf !== undefined),
  computed('calendar:MeetingRequestWasSent', (item) => item.requestWasSent),
  computed('calendar:IsResponseRequested', () => true, { write: () => {} }),
  computed('calendar:CalendarItemType', calendarItemType, { isDefault: true }),
  computed('calendar:MyResponseType', (item) => item.myResponse),
  {
    path: 'calendar:Organizer',
    element: 'Organizer',
    isDefault: true,
    read: (item) => node('t:Organizer', writePerson(item.organizer)),
  },
  attendeeField('RequiredAttendees', 'required'),
  attendeeField('OptionalAttendees', 'optional'),
  attendeeField('Resources', 'resource'),
  computed('calendar:Duration', (item) => `PT${Math.round((item.end - item.start) / 60_000)}M`),
  computed('calendar:AppointmentReplyTime', ({ respondedAt }) => respondedAt && writeInstant(respondedAt)),
  computed('calendar:AppointmentSequenceNumber', (item) => item.sequence),
  computed('calendar:AppointmentState', appointmentState),
  {
    path: 'calendar:Recurrence',
    element: 'Recurrence',
    isCostly: true,
    read: ({ recurrence, startZone }) => (recurrence ? writeRecurrence(recurrence, startZone) : ''),
    write: (draft, element) => {
      draft.item.recurrence = readRecurrence(element)
    },
    clear: (draft) => {
      draft.item.recurrence = null
    },
  },
  boundaryField('FirstOccurrence', (item) => endsOf(item).first),
  boundaryField('LastOccurrence', (item) => endsOf(item).last),
  {
    path: 'calendar:ModifiedOccurrences',
    element: 'ModifiedOccurrences',
    isCostly: true,
    read: modifiedOccurrences,
  },
  {
    path: 'calendar:DeletedOccurrences',
    element: 'DeletedOccurrences',
    isCostly: true,
    read: deletedOccurrences,
  },
  {
    path: 'calendar:MeetingTimeZone',
    element: 'MeetingTimeZone',
    read: () => '',
    write: (draft, element) => {
      const zone = windowsZone(element.attributes['TimeZoneName'] ?? childText(element, 'TimeZoneName') ?? '')
      if (zone) draft.startZone ??= zone
    },
  },
  zoneField(
    'StartTimeZone',
    (item) => item.startZone,
    (draft, zone) => (draft.startZone = zone),
  ),
  zoneField(
    'EndTimeZone',
    (item) => item.endZone,
    (draft, zone) => (draft.endZone = zone),
  ),
  computed('calendar:IsOrganizer', (item) => item.myResponse === 'Organizer'),
]

type ItemType = 'Single' | 'Occurrence' | 'Exception' | 'RecurringMaster'

export function calendarItemType(item: CalendarItem): ItemType {
  if (item.occurrenceOf) return item.occurrenceOf.isException ? 'Exception' : 'Occurrence'
  return item.recurrence ? 'RecurringMaster' : 'Single'
}

// The bits of PidLidAppointmentStateFlags: a meeting, received, cancelled.
export function appointmentState(item: CalendarItem): number {
  const received = item.isMeeting && item.myResponse !== 'Organizer'
  return (item.isMeeting ? 1 : 0) | (received ? 2 : 0) | (item.isCancelled ? 4 : 0)
}

function attendeeField(element: string, role: Attendee['role']): Field {
  const replace = (draft: Draft, attendees: Attendee[]): void => {
    draft.item.attendees = [
      ...draft.item.attendees.filter((attendee) => attendee.role !== role),
      ...attendees,
    ]
  }
  return {
    path: `calendar:${element}`,
    element,
    isCostly: true,
    read: (item) => writeAttendees(item, element, role),
    write: (draft, list) => replace(draft, readAttendees(list, role, draft.item.attendees)),
    clear: (draft) => replace(draft, []),
  }
}

function boundaryField(element: string, find: (item: CalendarItem) => CalendarItem | undefined): Field {
  const read = (item: CalendarItem): Xml => {
    const found = item.recurrence ? find(item) : undefined
    return found ? node(`t:${element}`, occurrenceInfo(found)) : ''
  }
  return { path: `calendar:${element}`, element, isCostly: true, read }
}

function occurrenceInfo({ itemId, changeKey, start, end, occurrenceOf }: CalendarItem): Xml {
  return [
    leaf('t:ItemId', '', { Id: itemId, ChangeKey: changeKey }),
    leaf('t:Start', writeInstant(start)),
    leaf('t:End', writeInstant(end)),
    leaf('t:OriginalStart', writeInstant(occurrenceOf?.originalStart ?? start)),
  ].join('')
}

function modifiedOccurrences(item: CalendarItem): Xml {
  const { exceptions = [] } = item
  if (exceptions.length === 0) return ''
  const infos = exceptions.map(({ originalStart }) =>
    node('t:Occurrence', occurrenceInfo(occurrenceAt(item, originalStart))),
  )
  return node('t:ModifiedOccurrences', infos)
}

function deletedOccurrences({ deletedOccurrences: starts = [] }: CalendarItem): Xml {
  if (starts.length === 0) return ''
  return node(
    't:DeletedOccurrences',
    starts.map((start) => node('t:DeletedOccurrence', leaf('t:Start', writeInstant(start)))),
  )
}

function zoneField(
  element: string,
  zoneOf: (item: CalendarItem) => string,
  set: (draft: Draft, zone: string) => void,
): Field {
  return {
    path: `calendar:${element}`,
    element,
    read: (item) => zoneDefinition(element, zoneOf(item)),
    write: (draft, given) => set(draft, readZone(given)),
  }
}
