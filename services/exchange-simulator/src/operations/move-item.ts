import { idOnly, writeItem } from '../calendar/item-shape.ts'
import { EwsError, schemaViolation } from '../soap/errors.ts'
import { node, type Xml } from '../xml/build.ts'
import { childText, type Element } from '../xml/element.ts'
import { answerEach } from './answer.ts'
import { type Context, folderOf, itemOf } from './context.ts'
import { noFolders } from './create-item.ts'
import { checkOrder, required, requiredList } from './request.ts'

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/moveitem-operation */
export function moveItem(request: Element, context: Context): Xml {
  checkOrder(request, 'ToFolderId', 'ItemIds', 'ReturnNewItemIds')
  const target = required(request, 'ToFolderId').children[0]
  if (!target) throw schemaViolation('ToFolderId is empty')
  const returnsIds = childText(request, 'ReturnNewItemIds') !== 'false'
  return answerEach(
    'MoveItem',
    context,
    requiredList(request, 'ItemIds'),
    (element) => {
      const item = itemOf(context, element)
      if (item.occurrenceOf) {
        throw new EwsError(
          'ErrorCalendarCannotMoveOrCopyOccurrence',
          'Occurrences cannot be moved or copied.',
        )
      }
      const { mailbox, folder } = folderOf(context, target)
      const moved = context.store.move(item, folder.name, mailbox)
      return node('m:Items', returnsIds ? writeItem(moved, idOnly, noFolders) : '')
    },
    node('m:Items', ''),
  )
}
