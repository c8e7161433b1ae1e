import { type Removal, removeItem } from '../calendar/change-item.ts'
import type { SendMode } from '../meetings.ts'
import { type Xml } from '../xml/build.ts'
import type { Element } from '../xml/element.ts'
import { answerEach } from './answer.ts'
import { type Context, itemOf } from './context.ts'
import { attribute, checkOrder, readSendMode, requiredList } from './request.ts'

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/deleteitem-operation */
export function deleteItem(request: Element, context: Context): Xml {
  checkOrder(request, 'ItemIds')
  const type = attribute(request, 'DeleteType', 'HardDelete', 'SoftDelete', 'MoveToDeletedItems')
  const sendMode = readSendMode(request, 'SendMeetingCancellations')
  return answerEach('DeleteItem', context, requiredList(request, 'ItemIds'), (element) =>
    deleteOne(element, type, sendMode, context),
  )
}

function deleteOne(element: Element, type: Removal, sendMode: () => SendMode, context: Context): Xml {
  const item = itemOf(context, element)
  const mode = sendMode()
  context.meetings.deleted(item, mode)
  removeItem(context.store, item, type)
  return ''
}
