import type { CallOptions } from '../../calendar-gateway.ts'
import { ExchangeRejectedError } from '../../errors.ts'
import type { EwsClient } from '../ews-client.ts'

/**
 * What Exchange says of a subscription that is over, of a push subscription, which it lets nobody end this way, and of one
 * that another account of ours made, which ends by itself.
 */
const alreadyOver = new Set([
  'ErrorSubscriptionAccessDenied',
  'ErrorSubscriptionNotFound',
  'ErrorInvalidSubscription',
  'ErrorExpiredSubscription',
  'ErrorSubscriptionUnsubscribed',
])

type Unsubscribing = { Unsubscribe(subscriptionId: string): Promise<void> }

/**
 * Ends a subscription, where the server lets us: a push subscription ends by answering its next notification with
 * `Unsubscribe`, or by itself when it finds nobody there.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/unsubscribe-operation
 */
export async function unsubscribe(
  client: EwsClient,
  mailbox: string,
  subscriptionId: string,
  options?: CallOptions,
): Promise<void> {
  try {
    await client.run({ operation: 'Unsubscribe', mailbox, options }, (service) =>
      (service as unknown as Unsubscribing).Unsubscribe(subscriptionId),
    )
  } catch (error) {
    if (!(error instanceof ExchangeRejectedError && alreadyOver.has(error.code))) throw error
  }
}
