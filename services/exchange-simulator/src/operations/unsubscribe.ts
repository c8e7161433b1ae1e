import { EwsError } from '../soap/errors.ts'
import type { Xml } from '../xml/build.ts'
import type { Element } from '../xml/element.ts'
import { attempt, respond } from './answer.ts'
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
    if (context.subscriptions.has(id)) {
      throw new EwsError(
        'ErrorInvalidSubscription',
        'The subscription is not a pull or streaming subscription.',
      )
    }
    throw new EwsError('ErrorSubscriptionNotFound', 'The specified subscription was not found.')
  })
  return respond('Unsubscribe', [message])
}
