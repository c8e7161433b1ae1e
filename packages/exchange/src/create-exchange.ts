import type { Cluster, Redis } from 'ioredis'
import { type BreakerOptions, type GuardedGateway, withCircuitBreaker } from './circuit-breaker.ts'
import type { WaysOut } from './ews/connections/ways-out.ts'
import { type AuthOptions, createSender } from './ews/create-sender.ts'
import { type CallFact, createEwsClient, type EwsClient } from './ews/ews-client.ts'
import { createEwsGateway } from './ews/ews-gateway.ts'
import { redisLogonMemory } from './ews/logon/logon-memory.ts'
import { getCalendarFolder } from './ews/operations/get-calendar-folder.ts'
import { isAnswer } from './ews/failures.ts'
import { type SpreadOptions, spreadOver } from './ews/spread-accounts.ts'
import { createTransport } from './ews/transport.ts'
import type { AccountConfig } from './exchange-accounts.ts'
import { exchangeOnlineWarning } from './exchange-online.ts'
import { RedisBudget } from './redis-budget.ts'
import type { CertificateFact } from './trust/certificate-fact.ts'
import { openOwnCertificates } from './trust/own-certificates.ts'
import type { TrustOptions } from './trust/tls-material.ts'
import { type Trouble, troubleTeller } from './trouble-teller.ts'

export type ExchangeConfig = {
  /** The EWS endpoint. */
  readonly url: string
  /** The impersonation account; the first of them, if there are several. */
  readonly auth: AuthOptions
  /** Several that share the load, each with a budget of its own. */
  readonly accounts?: readonly AccountConfig[]
  /** An account that has been refused or throttled for so long gives its mailboxes to the others. */
  readonly moveAfterMs?: number
  readonly trust?: TrustOptions
  readonly waysOut?: WaysOut
  readonly timeoutMs: number
  readonly mostAnswerBytes: number
  /** Calls in flight of an impersonation account, over all processes. */
  readonly maxInFlight: number
  /** How long a call may wait for its turn. */
  readonly budgetWaitMs: number
  readonly breaker: Omit<BreakerOptions, 'onStateChange'>
  /** A connection that is listened to and says nothing for so long is dead. */
  readonly silentMs?: number
  readonly userAgent: string
}

export type ExchangeDeps = {
  readonly redis: Redis | Cluster
  /** First part of the budgets' keys: one for each connection. */
  readonly prefix: string
  /** Told of each HTTP call, for logs and metrics. */
  readonly onCall?: (fact: CallFact) => void
  /** Told when the circuit opens and closes, for logs and metrics. */
  readonly onCircuit?: BreakerOptions['onStateChange']
  /** Told of the server's certificate and of our own at each new connection, for metrics and alarms. */
  readonly onCertificate?: (fact: CertificateFact) => void
  /** Told of failures that do not pass by themselves, once each until calls succeed again. */
  readonly onTrouble?: (trouble: Trouble) => void
  /** Told when an account gives its mailboxes to others, and when they come back to it. */
  readonly onAccount?: SpreadOptions['onAccount']
  /** Told at the start what an administrator should hear. */
  readonly onWarning?: (warning: string) => void
}

export type Exchange = {
  readonly gateway: GuardedGateway
  /**
   * Tries each account: the way to Exchange, the logon, and acting for the mailbox, if one is given.
   * @throws {ExchangeError} with what is wrong
   */
  attempt(mailbox: string | undefined): Promise<void>
  /** Stops probing, gives up what waits for its turn, and closes the connections. Redis stays open: it came open. */
  close(): Promise<void>
}

/** A little more than the transport takes: this one only catches answers that the library loses. */
const graceMs = 5_000

/** Exchange gives a sign of life every 45 s. Microsoft's own client waits for two of them, too. */
const twoHeartbeatsMs = 95_000
/** Exchange lets one account listen over so many connections (3 with Exchange 2013). They are no calls in flight. */
const mostListening = 10

const defaultMoveMs = 60_000

/** The calendars of one connection: the EWS adapter, its calls within the accounts' budgets, behind a breaker. */
export function createExchange(config: ExchangeConfig, deps: ExchangeDeps): Exchange {
  const { url, auth } = config
  const { prefix, onCircuit, onAccount, onWarning } = deps
  const accounts = config.accounts?.map((account) =>
    openAccount(config, account, { ...deps, prefix: `${prefix}/account:${account.name}` }),
  ) ?? [openAccount(config, { auth, maxInFlight: config.maxInFlight }, deps)]
  const named = accounts.map(({ client }, index) => ({ name: config.accounts?.[index]?.name ?? '', client }))
  const spread =
    named.length > 1
      ? spreadOver(named, { moveAfterMs: config.moveAfterMs ?? defaultMoveMs, onAccount })
      : undefined
  const gateway = withCircuitBreaker(createEwsGateway(spread ?? named[0]!.client), {
    ...config.breaker,
    onStateChange: onCircuit,
  })

  const warning = exchangeOnlineWarning(url, auth.kind === 'oauth' ? auth.clientId : undefined)
  if (warning !== undefined) onWarning?.(warning)

  return {
    gateway,
    async attempt(mailbox) {
      await Promise.all(named.map(({ client }) => attemptAs(client, mailbox)))
    },
    async close() {
      gateway.close()
      spread?.close()
      await Promise.all(accounts.map((account) => account.close()))
    },
  }
}

type Opening = Omit<AccountConfig, 'name'> & { readonly name?: string }

/** The way to Exchange as one account: with its own connections, logon and budget. */
function openAccount(config: ExchangeConfig, account: Opening, deps: ExchangeDeps) {
  const { url, trust, waysOut, timeoutMs, mostAnswerBytes, userAgent } = config
  const { redis, prefix, onCall, onTrouble, onCertificate } = deps
  const { name, auth, maxInFlight } = account
  const of = name === undefined ? {} : { account: name }
  const ownCertificates = openOwnCertificates({ trust, auth })
  const tellOwn = () => ownCertificates().forEach((own) => onCertificate?.({ ...own, ...of }))
  tellOwn()
  const sender = createSender({
    url,
    auth,
    trust,
    waysOut,
    timeoutMs,
    connections: maxInFlight + mostListening,
    memory: redisLogonMemory(redis, prefix),
    onCertificate(fact) {
      onCertificate?.(fact)
      tellOwn()
    },
  })
  const transport = createTransport({ sender, userAgent, timeoutMs, mostAnswerBytes })
  const budget = new RedisBudget({ redis, prefix, mostInFlight: maxInFlight, waitMs: config.budgetWaitMs })
  const heed = onTrouble && troubleTeller((trouble) => onTrouble({ ...trouble, ...of }))
  const client = createEwsClient({
    url,
    transport,
    budget,
    deadlineMs: timeoutMs + graceMs,
    silentMs: config.silentMs ?? twoHeartbeatsMs,
    onCall(fact) {
      heed?.(fact.outcome)
      onCall?.({ ...fact, ...of })
    },
  })
  return {
    client,
    async close() {
      await budget.close()
      await transport.close()
    },
  }
}

/** An account need not have a calendar of its own; whoever it acts for does. */
async function attemptAs(client: EwsClient, mailbox: string | undefined): Promise<void> {
  try {
    await getCalendarFolder(client, mailbox)
  } catch (error) {
    if (mailbox !== undefined || !isAnswer(error)) throw error
  }
}
