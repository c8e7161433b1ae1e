import { ExchangeUnavailableError } from '../errors.ts'
import { kindOf } from './response-codes.ts'

/** What may be the matter with one account while the endpoint is well. */
export type AccountTrouble = 'refused' | 'throttled'

/** What this failure says of the account that made the call; `undefined` if nothing. */
export function accountTroubleOf(error: unknown): AccountTrouble | undefined {
  if (!(error instanceof ExchangeUnavailableError)) return undefined
  const { code } = error
  if (code === 'LOGON_ON_TRIAL' || code === 'OAUTH_UNAVAILABLE') return undefined
  if (/^(LOGON|TOKEN|OAUTH)_/.test(code)) return 'refused'
  return kindOf(code) === 'busy' || code === 'BACKING_OFF' || code === 'HTTP_429' ? 'throttled' : undefined
}
