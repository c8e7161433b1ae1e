import { newDraft, settle } from '../calendar/draft.ts'
import { idOnly, writeItem } from '../calendar/item-shape.ts'
import { setAll } from '../calendar/write-item.ts'
import type { SendMode } from '../meetings.ts'
import { EwsError } from '../soap/errors.ts'
import { node, type Xml } from '../xml/build.ts'
import { child, type Element } from '../xml/element.ts'
import { answerEach } from './answer.ts'
import { type Context, folderOf, type Place } from './context.ts'
import { kindOf } from './folder-shape.ts'
import { attribute, checkOrder, readSendMode, required, requiredList } from './request.ts'
import { isResponseObject, respondTo } from './response-objects.ts'

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/createitem-operation */
export function createItem(request: Element, context: Context): Xml {
  checkOrder(request, 'SavedItemFolderId', 'Items')
  const sendMode = readSendMode(request, 'SendMeetingInvitations')
  const disposition =
    request.attributes['MessageDisposition'] === undefined
      ? undefined
      : attribute(request, 'MessageDisposition', 'SaveOnly', 'SendOnly', 'SendAndSaveCopy')
  const folder = child(request, 'SavedItemFolderId') && required(request, 'SavedItemFolderId').children[0]
  const place = (): Place =>
    folder
      ? folderOf(context, folder)
      : { mailbox: context.mailbox, folder: context.mailbox.folder('calendar') }
  return answerEach(
    'CreateItem',
    context,
    requiredList(request, 'Items'),
    (element) =>
      node(
        'm:Items',
        isResponseObject(element)
          ? respondTo(element, disposition, context)
          : createOne(element, place(), sendMode, context),
      ),
    node('m:Items', ''),
  )
}

function createOne(element: Element, place: Place, sendMode: () => SendMode, context: Context): Xml {
  if (element.name !== 'CalendarItem') {
    throw new EwsError(
      'ErrorInvalidOperation',
      `The simulator keeps calendar items only, not ${element.name}.`,
    )
  }
  const mode = sendMode()
  const { mailbox } = place
  if (kindOf(place.folder).element !== 'CalendarFolder') {
    throw new EwsError(
      'ErrorCannotCreateCalendarItemInNonCalendarFolder',
      'Calendar items can only be created in a calendar folder.',
    )
  }
  const draft = newDraft({ address: mailbox.address, name: mailbox.name }, context.zone)
  setAll(draft, element)
  const created = context.store.create(mailbox, place.folder.name, settle(draft, context.quirks))
  return writeItem(context.meetings.created(created, mode), idOnly, noFolders)
}

/** For answers that hold ids only. */
export const noFolders = { folderIdOf: (): string => '' }
