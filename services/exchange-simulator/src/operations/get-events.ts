import { writeNotification } from '../notifications/notification-xml.ts'
import type { Xml } from '../xml/build.ts'
import type { Element } from '../xml/element.ts'
import { attempt, respond, success } from './answer.ts'
import type { Context } from './context.ts'
import { checkOrder, required } from './request.ts'

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/getevents-operation */
export function getEvents(request: Element, context: Context): Xml {
  checkOrder(request, 'SubscriptionId', 'Watermark')
  const id = required(request, 'SubscriptionId').text.trim()
  const watermark = required(request, 'Watermark').text.trim()
  const message = attempt('GetEvents', context, undefined, () => {
    const { told, ...position } = context.subscriptions.eventsSince(id, watermark, context.account.address)
    return success('GetEvents', writeNotification(id, position, told, context.store))
  })
  return respond('GetEvents', [message])
}
