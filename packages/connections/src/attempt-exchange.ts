import { setTimeout as wait } from 'node:timers/promises'
import { createExchange, type ExchangeConfig, ExchangeUnavailableError } from '@lockstep/exchange'
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

const mostWaits = 20

/** A secret that has not proven right is tried by one process at a time: what that one learns, the others know. */
async function whenNobodyElseTries(attempt: () => Promise<void>): Promise<void> {
  for (let waits = 0; ; waits += 1) {
    try {
      return await attempt()
    } catch (error) {
      const isOnTrial = error instanceof ExchangeUnavailableError && error.code === 'LOGON_ON_TRIAL'
      if (!isOnTrial || waits === mostWaits) throw error
      await wait(error.retryAfterMs)
    }
  }
}
