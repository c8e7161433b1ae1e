import type { AccountOptions } from './accounts.ts'
import { channelBindingOf } from './authentication/channel-binding.ts'
import { createPrivateCa, type PrivateCa } from './authentication/private-ca.ts'
import { Core, type CoreOptions } from './core.ts'
import type { AuthenticationPolicy } from './authentication/authenticator.ts'
import type { Faults } from './faults.ts'
import type { Exchanges } from './http/exchanges.ts'
import { Gate } from './http/gate.ts'
import type { MailboxStates } from './mailbox-states.ts'
import type { Throttling } from './throttling/throttling.ts'
import { createControlEndpoint } from './http/control-endpoint.ts'
import type { EwsParts } from './http/ews-call.ts'
import { createEwsEndpoint, ewsPath } from './http/ews-endpoint.ts'
import { Listener } from './http/listener.ts'
import type { Recorder } from './http/recorder.ts'
import type { Mail } from './meetings.ts'
import type { Subscriptions } from './notifications/subscriptions.ts'
import type { ChangedItem, EnteredItem, PlainItem } from './plain-item.ts'
import type { FolderName } from './store/item.ts'
import type { DeleteOptions, NewFolder } from './users.ts'

export type SimulatorOptions = CoreOptions & {
  /** Ports of the EWS endpoint and of the control API; 0, the default, takes any free one. */
  port?: number
  controlPort?: number
  /** Of the EWS endpoint over HTTPS, with a certificate of a private CA made at start. Left out: no HTTPS. */
  httpsPort?: number
  /** Names that its certificate is for, besides those of this machine. */
  httpsHosts?: readonly string[]
  host?: string
  /** Told of what should not have happened. */
  onUnexpected?: (error: unknown) => void
}

/** A running simulator, as tests hold it. */
export type Simulator = {
  /** Of the EWS endpoint. */
  readonly url: string
  readonly controlUrl: string
  /** Of the EWS endpoint over HTTPS, and the CA to trust (PEM): where HTTPS was asked for. */
  readonly secure: { readonly url: string; readonly ca: string } | undefined
  /** What a client that binds NTLM to its TLS connection should show. */
  readonly channelBinding: Buffer | undefined
  readonly faults: Faults
  /** What Exchange would have mailed, in order. */
  readonly mails: readonly Mail[]
  /** Calls by operation. */
  readonly calls: Readonly<Record<string, number>>
  /** The most calls ever under way at once, by account. */
  readonly mostInFlight: Readonly<Record<string, number>>
  readonly mostInFlightByMailbox: Readonly<Record<string, number>>
  /** Connections ever opened to the EWS endpoint, and attempts to log on by NTLM. */
  readonly connections: number
  readonly ntlmLogons: number
  /** Tokens given to applications, and applications turned away. */
  readonly tokensIssued: number
  readonly tokensRefused: number
  /** Makes all tokens given so far worthless. */
  revokeTokens(): void
  readonly throttling: Throttling
  readonly states: MailboxStates
  /** How callers may say who they are; takes effect with the next call. */
  authentication: AuthenticationPolicy
  readonly exchanges: Exchanges
  readonly recorded: Recorder
  readonly subscriptions: Subscriptions
  addAccount(account: AccountOptions): void
  addMailbox(address: string, name?: string): void
  /** Everything in the calendar folder, masters once, in the order of its start. */
  calendarOf(address: string): PlainItem[]
  userCreates(address: string, entered: EnteredItem): PlainItem
  userUpdates(address: string, itemId: string, changed: ChangedItem): PlainItem
  userDeletes(address: string, itemId: string, options?: DeleteOptions): void
  /** To another folder, or back. Returns the item under its new id. */
  userMoves(address: string, itemId: string, folder: FolderName): PlainItem
  /** A folder of the user's own, another calendar for one (`IPF.Appointment`). Returns the name to move items to it. */
  userAddsFolder(address: string, folder: NewFolder): FolderName
  /** A copy in the calendar, UID and named properties included, with other values here and there. */
  userCopies(address: string, itemId: string, changed: ChangedItem): PlainItem
  /** Goes down for a while and comes back without the subscriptions. */
  restart(downMs: number): void
  /** The mailbox is away for a while, and nobody is subscribed to it afterwards. */
  moveMailbox(address: string, awayMs: number): void
  /** Back to the state of the start. */
  reset(): void
  close(): Promise<void>
}

/** Starts an Exchange server good enough for real EWS clients. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { host = '127.0.0.1', onUnexpected = (error) => process.emitWarning(String(error)) } = options
  const closing = new AbortController()
  const gate = new Gate(onUnexpected)
  const core = new Core(options, {
    onFaultsChange: () => gate.refuse(core.faults.refusesConnections),
    onRestart: (downMs) => gate.restart(downMs),
  })
  const hosts = certifiedHosts(host, options.httpsHosts)
  const ca = options.httpsPort === undefined ? undefined : await createPrivateCa(hosts)
  if (ca) core.channelBinding = channelBindingOf(ca.certificate)
  const servers = createServers({ core, signal: closing.signal, onUnexpected }, { ...options, host }, ca)
  const close = async (): Promise<void> => {
    gate.close()
    closing.abort()
    await Promise.all(servers.all.map((listener) => listener.close()))
    core.close()
  }
  await openAll(servers.all, close)
  gate.guard(servers.exchange)
  return handleOf(core, urlsOf(servers, host, ca), servers.exchange, close)
}

type Servers = {
  plain: Listener
  secure: Listener | undefined
  control: Listener
  exchange: readonly Listener[]
  all: readonly Listener[]
}

function createServers(
  parts: EwsParts,
  options: SimulatorOptions & { host: string },
  ca: PrivateCa | undefined,
): Servers {
  const { host, port = 0, httpsPort = 0, controlPort = 0 } = options
  const endpoint = createEwsEndpoint(parts)
  const plain = new Listener(endpoint, { host, port, variable: 'SIMULATOR_PORT' })
  const tls = ca && { cert: ca.certificate, key: ca.key }
  const secure =
    tls && new Listener(endpoint, { host, port: httpsPort, variable: 'SIMULATOR_HTTPS_PORT', tls })
  const exchange = secure ? [plain, secure] : [plain]
  const isReady = (): boolean => exchange.every(({ isOpen }) => isOpen)
  const control = new Listener(createControlEndpoint({ isReady, ca: ca?.ca, ...parts }), {
    host,
    port: controlPort,
    variable: 'SIMULATOR_CONTROL_PORT',
  })
  return { plain, secure, control, exchange, all: [...exchange, control] }
}

function urlsOf({ plain, secure, control }: Servers, host: string, ca: PrivateCa | undefined): Urls {
  const at = ({ port }: Listener): string => `${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`
  return {
    url: `http://${at(plain)}${ewsPath}`,
    controlUrl: `http://${at(control)}`,
    secure: ca && secure && { url: `https://${at(secure)}${ewsPath}`, ca: ca.ca },
  }
}

async function openAll(listeners: readonly Listener[], close: () => Promise<void>): Promise<void> {
  try {
    for (const listener of listeners) await listener.open()
  } catch (error) {
    await close()
    throw error
  }
}

function certifiedHosts(host: string, more: readonly string[] = []): string[] {
  const own = ['localhost', 'exchange-simulator', '127.0.0.1', '::1']
  const domain = ['contoso.example', 'autodiscover.contoso.example', 'exchange.contoso.example']
  return [...new Set([...own, ...domain, host, ...more])]
}

type Urls = Pick<Simulator, 'url' | 'controlUrl' | 'secure'>

function handleOf(
  core: Core,
  urls: Urls,
  listeners: readonly Listener[],
  close: () => Promise<void>,
): Simulator {
  const { users } = core
  return {
    ...urls,
    channelBinding: core.channelBinding,
    faults: core.faults,
    mails: core.meetings.mails,
    recorded: core.recorder,
    subscriptions: core.subscriptions,
    get calls() {
      return core.traffic.calls
    },
    get mostInFlight() {
      return core.traffic.mostInFlight
    },
    get mostInFlightByMailbox() {
      return core.traffic.mostInFlightByMailbox
    },
    get connections() {
      return listeners.reduce((sum, { connections }) => sum + connections, 0)
    },
    get ntlmLogons() {
      return core.authenticator.ntlmLogons
    },
    get tokensIssued() {
      return core.tokens.issued
    },
    get tokensRefused() {
      return core.tokens.refused
    },
    revokeTokens: () => core.tokens.revoke(),
    throttling: core.throttling,
    states: core.states,
    exchanges: core.exchanges,
    get authentication() {
      return core.authenticator.policy
    },
    set authentication(policy) {
      core.authenticator.policy = policy
    },
    restart: (downMs) => core.restart(downMs),
    moveMailbox: (address, awayMs) => core.moveMailbox(address, awayMs),
    addAccount: (account) => core.addAccount(account),
    addMailbox: (address, name) => core.addMailbox(address, name),
    calendarOf: (address) => users.calendarOf(address),
    userCreates: (address, entered) => users.creates(address, entered),
    userUpdates: (address, itemId, changed) => users.updates(address, itemId, changed),
    userDeletes: (address, itemId, options) => users.deletes(address, itemId, options),
    userMoves: (address, itemId, folder) => users.moves(address, itemId, folder),
    userAddsFolder: (address, folder) => users.addsFolder(address, folder),
    userCopies: (address, itemId, changed) => users.copies(address, itemId, changed),
    reset: () => core.reset(),
    close,
  }
}
