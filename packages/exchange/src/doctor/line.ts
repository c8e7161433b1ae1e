import type { Cluster, Redis } from 'ioredis'
import { unlimitedBudget } from '../budget.ts'
import type { AccountConfig } from '../exchange-accounts.ts'
import type { ExchangeConfig } from '../create-exchange.ts'
import { createSender } from '../ews/create-sender.ts'
import { createEwsClient, type EwsClient } from '../ews/ews-client.ts'
import { localLogonMemory, redisLogonMemory } from '../ews/logon/logon-memory.ts'
import type { Sender } from '../ews/logon/sender.ts'
import { createTransport } from '../ews/transport.ts'
import { quietForMs } from '../leases.ts'
import { RedisBudget } from '../redis-budget.ts'

/** Where budget and refused logons are kept. Missing if Redis is away: then this process is on its own. */
export type Shared = { readonly redis: Redis | Cluster; readonly prefix: string }

/** A line to Exchange that counts in the budget like any other, and tells what came with the last answer. */
export type Line = {
  /** Empty if there is one account only. */
  readonly account: string
  readonly client: EwsClient
  readonly maxInFlight: number
  /** How long the account still has to keep quiet, because Exchange asked for it. */
  quietForMs(): Promise<number>
  /** By how much the server's clock is ahead of ours, as of the last answer. */
  skewMs(): number | undefined
  close(): Promise<void>
}

/** A little more than the transport takes, as in `createExchange`. */
const graceMs = 5_000

/** One for each account of a connection. */
export function openLines(config: ExchangeConfig, shared: Shared | undefined): Line[] {
  const { accounts, auth, maxInFlight } = config
  if (!accounts) return [openLine(config, { name: '', auth, maxInFlight }, shared)]
  return accounts.map((account) => {
    const prefix = `${shared?.prefix}/account:${account.name}`
    return openLine(config, account, shared && { ...shared, prefix })
  })
}

function openLine(config: ExchangeConfig, account: AccountConfig, shared: Shared | undefined): Line {
  const { url, trust, waysOut, timeoutMs, mostAnswerBytes, userAgent } = config
  const { name, auth, maxInFlight } = account
  const memory = shared ? redisLogonMemory(shared.redis, shared.prefix) : localLogonMemory()
  const clock = watchClock(
    createSender({ url, auth, trust, waysOut, timeoutMs, connections: maxInFlight, memory }),
  )
  const transport = createTransport({ sender: clock.sender, userAgent, timeoutMs, mostAnswerBytes })
  const budget = shared
    ? new RedisBudget({ ...shared, mostInFlight: maxInFlight, waitMs: config.budgetWaitMs })
    : unlimitedBudget
  return {
    account: name,
    maxInFlight,
    quietForMs: async () => (shared ? quietForMs(shared.redis, shared.prefix) : 0),
    client: createEwsClient({ url, transport, budget, deadlineMs: timeoutMs + graceMs, silentMs: timeoutMs }),
    skewMs: clock.skewMs,
    async close() {
      await budget.close()
      await transport.close()
    },
  }
}

/** The header tells whole seconds: half a one is added, and the way of the call is split between the two. */
function watchClock(inner: Sender): { sender: Sender; skewMs: () => number | undefined } {
  let skewMs: number | undefined
  return {
    skewMs: () => skewMs,
    sender: {
      async send(request) {
        const beganMs = Date.now()
        const response = await inner.send(request)
        const dateMs = Date.parse(String(response.headers['date'] ?? ''))
        if (!Number.isNaN(dateMs)) skewMs = dateMs + 500 - (beganMs + Date.now()) / 2
        return response
      },
      close: () => inner.close(),
    },
  }
}
