export type Sensitivity = 'Normal' | 'Personal' | 'Private' | 'Confidential'
export type Importance = 'Low' | 'Normal' | 'High'
export type FreeBusy = 'Free' | 'Tentative' | 'Busy' | 'OOF' | 'WorkingElsewhere' | 'NoData'
export type Response = 'Unknown' | 'Organizer' | 'Tentative' | 'Accept' | 'Decline' | 'NoResponseReceived'
export type Body = { type: 'HTML' | 'Text'; content: string }
export type Person = { address: string; name: string }
export type Attendee = Person & {
  role: 'required' | 'optional' | 'resource'
  response: Response
  respondedAt?: number
}

/** A pattern and a range as the schema names them; `fields` are their child elements in order. */
export type RecurrencePart = { kind: string; fields: [name: string, value: string][] }
export type Recurrence = { pattern: RecurrencePart; range: RecurrencePart }

/** A property that has no place of its own in the schema, kept under the key of its address. */
export type ExtendedValue = { type: string; values: string[] }

/** What differs in one occurrence of a recurring master. */
export type OccurrenceChange = { originalStart: number; changes: Partial<OccurrenceFields> }
type OccurrenceFields = Omit<
  CalendarItem,
  | 'itemId'
  | 'changeKey'
  | 'mailbox'
  | 'folder'
  | 'recurrence'
  | 'exceptions'
  | 'deletedOccurrences'
  | 'occurrenceOf'
>

/**
 * What a calendar folder holds: one appointment, meeting or recurring master.
 * Times are instants; the zones are Windows ids and say how to show them.
 */
export type CalendarItem = {
  itemId: string
  changeKey: string
  mailbox: string
  folder: FolderName
  uid: string
  itemClass: string
  createdAt: number
  modifiedAt: number
  modifiedBy: string
  subject: string | null
  body: Body | null
  location: string | null
  start: number
  end: number
  startZone: string
  endZone: string
  isAllDay: boolean
  showAs: FreeBusy
  importance: Importance
  sensitivity: Sensitivity
  categories: string[]
  reminderIsSet: boolean
  reminderMinutes: number
  organizer: Person
  attendees: Attendee[]
  myResponse: Response
  /** When the owner of an attendee's copy answered. */
  respondedAt?: number
  isMeeting: boolean
  isCancelled: boolean
  requestWasSent: boolean
  sequence: number
  recurrence: Recurrence | null
  /** Of a recurring master: the occurrences that differ, and the original starts of those that were deleted. */
  exceptions?: OccurrenceChange[]
  deletedOccurrences?: number[]
  extended: Record<string, ExtendedValue>
  /** Only in a view: the item stands for one occurrence of a recurring master. Never stored. */
  occurrenceOf?: { masterId: string; originalStart: number; isException: boolean }
}

export const folderNames = [
  'root',
  'msgfolderroot',
  'calendar',
  'contacts',
  'deleteditems',
  'drafts',
  'inbox',
  'journal',
  'junkemail',
  'notes',
  'outbox',
  'recoverableitemsroot',
  'recoverableitemsdeletions',
  'sentitems',
  'tasks',
  'recoverableitemsversions',
  'recoverableitemspurges',
  'archive',
] as const

/** The folders that every mailbox has, and those that its user made. */
export type FolderName = (typeof folderNames)[number] | OwnFolderName
export type OwnFolderName = `own-${number}`

/** A folder that a user made. */
export type OwnFolder = {
  name: OwnFolderName
  displayName: string
  folderClass: string
  parent: FolderName
}
