import { ExchangeError } from '../errors.ts'
import type { EwsClient } from '../ews/ews-client.ts'
import { getCalendarFolder } from '../ews/operations/get-calendar-folder.ts'
import { whenNobodyElseTries } from '../when-nobody-else-tries.ts'
import { failed, failedBy, ok, type Step, warning } from './step.ts'

/** How Exchange says that the account may not act for a mailbox. */
const denials = new Set(['ErrorImpersonateUserDenied', 'ErrorImpersonationDenied', 'ErrorAccessDenied'])
const name = 'scope'

/** Proves that the account gets no further than it should: it must be denied a mailbox outside of its scope. */
export async function proveScope(client: EwsClient, outside: string, signal?: AbortSignal): Promise<Step> {
  try {
    const options = signal ? { signal } : {}
    await whenNobodyElseTries(() => getCalendarFolder(client, outside, options), signal)
    return { name, ...warning('SCOPE_COVERS_ALL', 'the account may act for the mailbox outside, too') }
  } catch (error) {
    if (error instanceof ExchangeError && denials.has(error.code))
      return { name, ...ok('the account is denied the mailbox outside') }
    if (error instanceof ExchangeError && error.code.startsWith('Error'))
      return {
        name,
        ...failed('SCOPE_NOT_PROVEN', `Exchange does not say whether it may be used (${error.code})`),
      }
    return { name, ...failedBy(error) }
  }
}
