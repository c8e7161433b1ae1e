import type { Xml } from '../xml/build.ts'
import type { Element } from '../xml/element.ts'
import { attempt, respond, success } from './answer.ts'
import type { Context } from './context.ts'
import { required } from './request.ts'

/**
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/unsubscribe-operation
 *
 * A push subscription ends by the listener's answer or by lapsing, never by this operation.
 */
export function unsubscribe(request: Element, context: Context): Xml {
  const id = required(request, 'SubscriptionId').text.trim()
  const message = attempt('Unsubscribe', context, undefined, () => {
    context.subscriptions.unsubscribe(id, context.account.address)
    return success('Unsubscribe', '')
  })
  return respond('Unsubscribe', [message])
}
