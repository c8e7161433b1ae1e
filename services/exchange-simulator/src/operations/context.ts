import { type AccountOptions, mayActFor } from '../accounts.ts'
import { readOccurrenceId } from '../calendar/occurrence-id.ts'
import { existingOccurrence, occurrenceByIndex } from '../calendar/occurrences.ts'
import type { Meetings } from '../meetings.ts'
import type { Subscriptions } from '../notifications/subscriptions.ts'
import type { Quirks } from '../quirks.ts'
import {
  accessDenied,
  EwsError,
  folderNotFound,
  itemNotFound,
  malformedId,
  nonExistentMailbox,
} from '../soap/errors.ts'
import { isWellFormedId } from '../store/ids.ts'
import { type CalendarItem, folderNames } from '../store/item.ts'
import type { Folder, Mailbox } from '../store/mailbox.ts'
import type { Store } from '../store/store.ts'
import { childText, descend, type Element } from '../xml/element.ts'

/** Everything an operation may know of the request besides its own element. */
export type Context = {
  readonly store: Store
  readonly meetings: Meetings
  readonly subscriptions: Subscriptions
  readonly account: AccountOptions
  /** Whose mailbox the caller acts on: the impersonated one, else the caller's own. */
  readonly mailbox: Mailbox
  readonly isImpersonating: boolean
  readonly quirks: Quirks
  /** HTTP headers of the answer. */
  readonly headers: Record<string, string>
  /** The Windows zone of the TimeZoneContext header. */
  readonly zone: string | undefined
  /** Why nothing can be done with a mailbox that a delegate opens. */
  errorOf(mailbox: Mailbox): EwsError | undefined
  /** A fault that a test has asked for, for one message of the answer. */
  faultFor(itemId: string | undefined): EwsError | undefined
  /** Whether a synchronisation has to say what is not so. */
  lies(how: 'falseDelete' | 'incompleteListing'): boolean
}

export type Place = { mailbox: Mailbox; folder: Folder }

/** The folder that a FolderId or DistinguishedFolderId names. */
export function folderOf(context: Context, element: Element): Place {
  if (element.name === 'DistinguishedFolderId') return distinguishedFolder(context, element)
  const id = element.attributes['Id'] ?? ''
  if (!isWellFormedId(id)) throw malformedId()
  const place = context.store.folderById(id)
  if (!place) throw folderNotFound()
  if (!mayOpen(context, place.mailbox)) throw accessDenied()
  return place
}

const idAttributes: Readonly<Record<string, string>> = {
  ItemId: 'Id',
  OccurrenceItemId: 'RecurringMasterId',
  RecurringMasterItemId: 'OccurrenceId',
}

/** The item that an ItemId, OccurrenceItemId or RecurringMasterItemId names. */
export function itemOf(context: Context, element: Element): CalendarItem {
  const id = element.attributes[idAttributes[element.name] ?? ''] ?? ''
  if (!isWellFormedId(id)) throw malformedId()
  const occurrence = readOccurrenceId(id)
  const item = storedItem(context, occurrence?.masterId ?? id)
  switch (element.name) {
    case 'OccurrenceItemId':
      if (!item.recurrence) throw wrongKind('OccurrenceId')
      return occurrenceByIndex(item, Number(element.attributes['InstanceIndex']))
    case 'RecurringMasterItemId':
      if (!occurrence) throw wrongKind('RecurringMasterId')
      return item
    default:
      return occurrence ? existingOccurrence(item, occurrence.originalStart) : item
  }
}

/** The recurring master that an occurrence belongs to. */
export function masterOf(context: Context, { occurrenceOf }: CalendarItem): CalendarItem {
  const master = occurrenceOf && context.store.item(occurrenceOf.masterId)
  if (!master) throw itemNotFound()
  return master
}

function wrongKind(kind: 'OccurrenceId' | 'RecurringMasterId'): EwsError {
  return new EwsError(
    `ErrorCalendarCannotUseIdFor${kind}`,
    'The id is not of the kind of item that the request wants.',
  )
}

function storedItem(context: Context, id: string): CalendarItem {
  const item = context.store.item(id)
  const mailbox = item && context.store.mailbox(item.mailbox)
  if (!item || !mailbox) throw itemNotFound()
  if (!mayOpen(context, mailbox)) throw accessDenied()
  return item
}

function distinguishedFolder(context: Context, element: Element): Place {
  const address =
    descend(element, 'Mailbox') && childText(descend(element, 'Mailbox') ?? element, 'EmailAddress')
  const mailbox = address ? context.store.mailbox(address) : context.mailbox
  if (!mailbox) throw nonExistentMailbox()
  if (!mayOpen(context, mailbox)) throw folderNotFound()
  const name = folderNames.find((candidate) => candidate === element.attributes['Id'])
  if (!name) throw folderNotFound()
  return { mailbox, folder: mailbox.folder(name) }
}

/** Whether the caller may read the mailbox and write to it. */
export function mayOpen(context: Context, mailbox: Mailbox): boolean {
  if (mailbox === context.mailbox) return true
  if (context.isImpersonating || !mayActFor(context.account, mailbox.address)) return false
  const error = context.errorOf(mailbox)
  if (error) throw error
  return true
}
