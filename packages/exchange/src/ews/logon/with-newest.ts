import type { Fresh } from '../../trust/secret.ts'
import { TransportError } from '../transport-error.ts'

/** Makes an attempt with a secret; should it be refused and a newer one lie ready by now, another with that. */
export async function withNewest<Content, Result>(
  secret: Fresh<Content>,
  attempt: (content: Content) => Promise<Result>,
): Promise<Result> {
  const used = secret.current()
  try {
    return await attempt(used)
  } catch (error) {
    if (!(error instanceof TransportError && error.kind === 'logon')) throw error
    const newest = secret.refresh()
    if (newest === used) throw error
    return attempt(newest)
  }
}
