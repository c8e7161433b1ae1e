import { readItemShape, writeItem } from '../calendar/item-shape.ts'
import { node, type Xml } from '../xml/build.ts'
import type { Element } from '../xml/element.ts'
import { answerEach } from './answer.ts'
import { type Context, itemOf } from './context.ts'
import { folderIds } from './folder-ids.ts'
import { checkOrder, required, requiredList } from './request.ts'

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/getitem-operation */
export function getItem(request: Element, context: Context): Xml {
  checkOrder(request, 'ItemShape', 'ItemIds')
  const shape = readItemShape(required(request, 'ItemShape'))
  const folders = folderIds(context.store)
  return answerEach(
    'GetItem',
    context,
    requiredList(request, 'ItemIds'),
    (element) => node('m:Items', writeItem(itemOf(context, element), shape, folders)),
    node('m:Items', ''),
  )
}
