/** Redis is away, full or read-only, so that nothing was or could be stored for certain. It may be tried again. */
export class LedgerUnavailableError extends Error {
  override name = 'LedgerUnavailableError'
}

/** What Redis holds was written by a newer Lockstep than this one. */
export class LedgerSchemaError extends Error {
  override name = 'LedgerSchemaError'
}

/** The codes with which Redis says that it cannot serve for now. Within a script older servers put `-` before them. */
const unavailable =
  /(^|\s-)(OOM|MISCONF|NOREPLICAS|LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|UNBLOCKED)\b/

/**
 * Sorts what a Redis command failed with. A reply is unavailability only with one of the codes above; everything else
 * that a command can fail with is the connection.
 */
export function ledgerError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof LedgerSchemaError) return error
  if (error instanceof LedgerUnavailableError || isMistake(error)) return error
  if (error.name === 'ReplyError' && !unavailable.test(error.message)) return error
  return new LedgerUnavailableError('Redis does not serve', { cause: error })
}

function isMistake(error: Error): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError
}
