import { changeItem } from '../calendar/change-item.ts'
import { changedFields, draftOf, settle } from '../calendar/draft.ts'
import { notSettable } from '../calendar/field.ts'
import { idOnly, writeItem } from '../calendar/item-shape.ts'
import { refuseCrossing } from '../calendar/occurrences.ts'
import { applyChange } from '../calendar/write-item.ts'
import type { SendMode } from '../meetings.ts'
import { EwsError, schemaViolation } from '../soap/errors.ts'
import type { CalendarItem } from '../store/item.ts'
import type { NewItem } from '../store/store.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import type { Element } from '../xml/element.ts'
import { attempt, respond, success } from './answer.ts'
import { refuseConflict, type Resolution } from './conflict.ts'
import { type Context, itemOf, masterOf } from './context.ts'
import { noFolders } from './create-item.ts'
import { attribute, checkOrder, readSendMode, requiredList } from './request.ts'

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/updateitem-operation-calendar-item */
export function updateItem(request: Element, context: Context): Xml {
  checkOrder(request, 'SavedItemFolderId', 'ItemChanges')
  const resolution = attribute(
    request,
    'ConflictResolution',
    'NeverOverwrite',
    'AutoResolve',
    'AlwaysOverwrite',
  )
  const sendMode = readSendMode(request, 'SendMeetingInvitationsOrCancellations')
  const messages = requiredList(request, 'ItemChanges').map((change) => {
    const id = change.children[0]
    const updates = requiredList(change, 'Updates')
    if (!id) throw schemaViolation('ItemChange without an id')
    return attempt(
      'UpdateItem',
      context,
      id.attributes['Id'],
      () => success('UpdateItem', updateOne(id, updates, { resolution, sendMode, context })),
      node('m:Items', ''),
    )
  })
  return respond('UpdateItem', messages)
}

type Options = { resolution: Resolution; sendMode: () => SendMode; context: Context }

function updateOne(
  id: Element,
  updates: readonly Element[],
  { resolution, sendMode, context }: Options,
): Xml {
  const item = itemOf(context, id)
  const mode = sendMode()
  if (item.folder === 'deleteditems' && mode !== 'none') {
    throw new EwsError(
      'ErrorCalendarCannotUpdateDeletedItem',
      'The calendar item is in Deleted Items; updates cannot be mailed.',
    )
  }
  const draft = draftOf(item, context.zone)
  for (const update of updates) applyChange(draft, update)
  const changed = changedFields(item, settle(draft, context.quirks))
  const changeKey = id.attributes['ChangeKey']
  refuseConflict(item, { ...context, changeKey, changed, resolution })
  if (item.occurrenceOf) checkOccurrence(item, changed, context)
  const updated = changeItem(context.store, item, {
    ...changed,
    ...context.meetings.roundOf(item, changed, mode),
    modifiedBy: context.mailbox.name,
  })
  const settled = context.meetings.updated(item, updated, mode)
  return (
    node('m:Items', writeItem(settled, idOnly, noFolders)) + node('m:ConflictResults', leaf('t:Count', 0))
  )
}

function checkOccurrence(item: CalendarItem, changed: Partial<NewItem>, context: Context): void {
  if (changed.recurrence) throw notSettable('calendar:Recurrence')
  if (changed.start === undefined || !item.occurrenceOf) return
  refuseCrossing(masterOf(context, item), item.occurrenceOf.originalStart, changed.start)
}
