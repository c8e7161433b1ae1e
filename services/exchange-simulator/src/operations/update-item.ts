import { changedFields, type Draft, draftOf, settle } from '../calendar/draft.ts'
import { idOnly, writeItem } from '../calendar/item-shape.ts'
import { applyChange } from '../calendar/write-item.ts'
import type { SendMode } from '../meetings.ts'
import { EwsError, schemaViolation } from '../soap/errors.ts'
import type { CalendarItem } from '../store/item.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import type { Element } from '../xml/element.ts'
import { attempt, respond, success } from './answer.ts'
import { type Context, itemOf } from './context.ts'
import { noFolders } from './create-item.ts'
import { attribute, checkOrder, readSendMode, requiredList } from './request.ts'

type Resolution = 'NeverOverwrite' | 'AutoResolve' | 'AlwaysOverwrite'

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
  if (item.occurrenceOf) {
    throw new EwsError('ErrorInvalidOperation', 'The simulator keeps no changed occurrences.')
  }
  const draft = draftOf(item, context.zone)
  for (const update of updates) applyChange(draft, update)
  const changed = changedFields(item, settle(draft))
  refuseConflict(item, id.attributes['ChangeKey'], changed, resolution, context)
  const updated = context.store.update(item, { ...changed, modifiedBy: context.mailbox.name })
  const settled = context.meetings.updated(item, updated, mode)
  return (
    node('m:Items', writeItem(settled, idOnly, noFolders)) + node('m:ConflictResults', leaf('t:Count', 0))
  )
}

function refuseConflict(
  item: CalendarItem,
  changeKey: string | undefined,
  changed: Partial<Draft['item']>,
  resolution: Resolution,
  { store }: Context,
): void {
  if (!changeKey) {
    throw new EwsError(
      'ErrorChangeKeyRequiredForWriteOperations',
      'A change key is required for this operation. Please obtain a valid change key and try again.',
    )
  }
  if (changeKey === item.changeKey || resolution === 'AlwaysOverwrite') return
  // AutoResolve merges what does not touch the same property.
  const since = resolution === 'AutoResolve' ? store.changedSince(item.itemId, changeKey) : undefined
  if (since && !Object.keys(changed).some((name) => since.has(name))) return
  throw new EwsError(
    'ErrorIrresolvableConflict',
    'The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.',
  )
}
