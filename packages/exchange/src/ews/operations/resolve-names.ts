import { MailboxType, ResolveNameSearchLocation } from 'ews-javascript-api'
import type { CallOptions } from '../../calendar-gateway.ts'
import { ExchangeError } from '../../errors.ts'
import type { EwsClient } from '../ews-client.ts'

/** Who may be meant by a name or an address. `address` is the primary SMTP address. */
export type Resolution = { readonly address: string; readonly isMailbox: boolean }

/**
 * What the organisation's directory knows by this name; nothing is an answer too. `mailbox`: in whose name it is asked,
 * for applications that have none of their own.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/resolvenames-operation
 */
export async function resolveNames(
  client: EwsClient,
  name: string,
  mailbox?: string,
  options?: CallOptions,
): Promise<Resolution[]> {
  try {
    const call = { operation: 'ResolveNames', ...(mailbox && { mailbox }), options }
    return await client.run(call, async (service) => {
      const found = await service.ResolveName(name, ResolveNameSearchLocation.DirectoryOnly, false)
      return found.GetEnumerator().map(({ Mailbox }) => ({
        address: Mailbox.Address,
        isMailbox: Mailbox.MailboxType === MailboxType.Mailbox,
      }))
    })
  } catch (error) {
    if (error instanceof ExchangeError && error.code === 'ErrorNameResolutionNoResults') return []
    throw error
  }
}
