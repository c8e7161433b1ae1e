/** What Redis, or the way to it, said. */
export type RedisTrouble = { readonly code: 'REDIS_AWAY' | 'REDIS_REFUSES_US'; readonly why: string }

/** How Redis says that it does not know us. Nothing of user or password is in these words. */
const refusals = /^(WRONGPASS|NOAUTH|NOPERM)\b|invalid password|without any password/i

/** Why Redis could not be used, as far as it is known: never the address, which may hold a password. */
export function whyAway(error: unknown): RedisTrouble {
  const cause = (error as Error).cause ?? error
  const { code, message } = cause as NodeJS.ErrnoException
  if (refusals.test(message)) return { code: 'REDIS_REFUSES_US', why: 'it does not accept the password' }
  return { code: 'REDIS_AWAY', why: code ?? 'no answer in time' }
}
