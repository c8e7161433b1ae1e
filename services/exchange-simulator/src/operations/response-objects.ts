import { readPerson } from '../calendar/people.ts'
import { idOnly, writeItem } from '../calendar/item-shape.ts'
import { removeItem } from '../calendar/change-item.ts'
import type { Answer } from '../meetings.ts'
import { EwsError } from '../soap/errors.ts'
import type { CalendarItem, Person } from '../store/item.ts'
import type { Xml } from '../xml/build.ts'
import { child, type Element } from '../xml/element.ts'
import { type Context, itemOf } from './context.ts'

/** What is asked of an existing item by creating an answer to it. `isSent`: mails go out. */
type Act = (
  item: CalendarItem,
  request: Element,
  context: Context,
  isSent: boolean,
) => CalendarItem | undefined

const noFolders = { folderIdOf: (): string => '' }

/** The response objects of calendar items, by element. */
const acts: Readonly<Record<string, Act>> = {
  AcceptItem: answerWith('Accept', 'Accept'),
  TentativelyAcceptItem: answerWith('Tentative', 'Tentative'),
  DeclineItem: answerWith('Decline', 'Decline'),
  CancelCalendarItem: (item, _request, { meetings, store }, isSent) => {
    if (item.myResponse !== 'Organizer') throw refusal('ErrorCalendarIsNotOrganizer')
    meetings.deleted(item, isSent ? 'all' : 'none')
    return removeItem(store, item, 'MoveToDeletedItems')
  },
  RemoveItem: (item, _request, { store }) => {
    if (item.myResponse === 'Organizer') throw refusal('ErrorCalendarIsOrganizerForRemove')
    return removeItem(store, item, 'MoveToDeletedItems')
  },
  ForwardItem: (item, request, { meetings, mailbox }, isSent) => {
    const recipients = recipientsIn(request)
    if (recipients.length === 0) throw refusal('ErrorMissingRecipients')
    if (isSent) meetings.forwarded(item, mailbox, recipients)
    return undefined
  },
  ReplyToItem: (item, request, { meetings, mailbox }, isSent) => {
    const given = recipientsIn(request)
    if (isSent) meetings.wrote(item, mailbox, given.length > 0 ? given : [item.organizer])
    return undefined
  },
  ReplyAllToItem: (item, request, { meetings, mailbox }, isSent) => {
    const all = [item.organizer, ...item.attendees, ...recipientsIn(request)]
    if (isSent) {
      const others = all.filter(({ address }) => address.toLowerCase() !== mailbox.address)
      meetings.wrote(item, mailbox, others)
    }
    return undefined
  },
}

export function isResponseObject({ name }: Element): boolean {
  return name in acts
}

/** Carries out a response object of a CreateItem. */
export function respondTo(element: Element, disposition: string | undefined, context: Context): Xml {
  if (disposition === undefined) throw refusal('ErrorMessageDispositionRequired')
  const reference = child(element, 'ReferenceItemId')
  if (!reference) throw refusal('ErrorMissingInformationReferenceItemId')
  const item = itemOf(context, { ...reference, name: 'ItemId' })
  const act = acts[element.name]
  const result = act?.(item, element, context, disposition !== 'SaveOnly')
  return result ? writeItem(result, idOnly, noFolders) : ''
}

function answerWith(answer: Answer, word: 'Accept' | 'Tentative' | 'Decline'): Act {
  return (item, _request, { meetings }, isSent) => {
    if (!item.isMeeting) throw refusal('ErrorInvalidReferenceItem')
    if (item.myResponse === 'Organizer') throw refusal(`ErrorCalendarIsOrganizerFor${word}`)
    if (item.isCancelled) throw refusal(`ErrorCalendarIsCancelledFor${word}`)
    return meetings.answered(item, answer, isSent)
  }
}

function recipientsIn(request: Element): Person[] {
  const lists = ['ToRecipients', 'CcRecipients', 'BccRecipients']
  return lists.flatMap((name) => {
    const list = child(request, name)
    // A recipient is a Mailbox itself, an attendee holds one.
    return (list?.children ?? []).map((mailbox) => readPerson({ ...request, children: [mailbox] }))
  })
}

function refusal(code: string): EwsError {
  return new EwsError(code, messages[code] ?? 'The operation is not possible for this item.')
}

const messages: Readonly<Record<string, string>> = {
  ErrorMessageDispositionRequired: 'The MessageDisposition attribute is required for response objects.',
  ErrorMissingInformationReferenceItemId: 'The response object names no ReferenceItemId.',
  ErrorCalendarIsNotOrganizer: 'You must be the organizer of the meeting to cancel it.',
  ErrorMissingRecipients: 'At least one recipient is needed.',
}
