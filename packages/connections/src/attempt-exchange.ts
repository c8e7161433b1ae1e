import { createExchange, type ExchangeConfig, whenNobodyElseTries } from '@lockstep/exchange'
import { connectionPrefix, createLedger } from '@lockstep/ledger'
import type { Shared } from './open-connection.ts'

/** The settings of a connection's Exchange, and those before: a new connection begins without having been tried. */
type Attempted = { exchange: ExchangeConfig | undefined; before: ExchangeConfig | undefined }

/**
 * Tries settings before they are taken: the way to Exchange, its certificate, the logon of each account, and acting for
 * one of the mailboxes. @throws {ExchangeError} with what is wrong
 */
export async function attemptExchange(
  name: string,
  { exchange: config, before }: Attempted,
  { redis, prefix }: Pick<Shared, 'redis' | 'prefix'>,
): Promise<void> {
  if (!config || !before || JSON.stringify(config) === JSON.stringify(before)) return
  const [mailbox] = await createLedger(redis, { prefix, connection: name }).all()
  const exchange = createExchange(config, { redis, prefix: connectionPrefix(prefix, name) })
  try {
    await whenNobodyElseTries(() => exchange.attempt(mailbox?.address))
  } finally {
    await exchange.close()
  }
}
