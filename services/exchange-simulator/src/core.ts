import { type AccountOptions, defaultAccounts } from './accounts.ts'
import { type AuthenticationPolicy, Authenticator } from './authentication/authenticator.ts'
import { TokenIssuer } from './authentication/token-issuer.ts'
import { Faults } from './faults.ts'
import { EwsService } from './http/ews-service.ts'
import { Exchanges } from './http/exchanges.ts'
import { Recorder } from './http/recorder.ts'
import { Traffic } from './http/traffic.ts'
import { MailboxStates } from './mailbox-states.ts'
import { Meetings } from './meetings.ts'
import type { PushTiming } from './notifications/push-subscription.ts'
import { Subscriptions } from './notifications/subscriptions.ts'
import { defaultQuirks, type Quirks } from './quirks.ts'
import { seedMailbox } from './seed.ts'
import { memoryJournal, openSqliteJournal } from './store/journal.ts'
import type { DistributionList } from './store/directory.ts'
import { Store } from './store/store.ts'
import type { ThrottlingPolicy } from './throttling/policy.ts'
import { Throttling } from './throttling/throttling.ts'
import { Users } from './users.ts'

export type CoreOptions = {
  /** Who can log on; each but an application gets a mailbox. Left out: the demo's. */
  accounts?: readonly AccountOptions[]
  /** Fills each new mailbox of an ordinary user with a lived-in week. */
  seed?: boolean
  /** Keeps the mailboxes over a restart. */
  dataDir?: string
  /** Records every SOAP exchange in this directory. */
  recordDir?: string
  /** Shortens the waits of notifications. */
  push?: Partial<PushTiming>
  /** Lists of people that can be invited by one address. */
  distributionLists?: readonly DistributionList[]
  /** Where Microsoft's pages disagree, or where Exchange does what not every test wants. */
  quirks?: Partial<Quirks>
  authentication?: Partial<AuthenticationPolicy>
  throttling?: Partial<ThrottlingPolicy>
}

/** What the servers round the core do. */
export type CoreHooks = { onFaultsChange: () => void; onRestart: (downMs: number) => void }

const exchangeTiming: PushTiming = { minuteMs: 60_000, retryMs: 30_000, heartbeatMs: 45_000 }

/** The simulated organisation, without its servers. */
export class Core {
  readonly accounts = new Map<string, AccountOptions>()
  readonly store: Store
  readonly meetings: Meetings
  readonly users: Users
  readonly faults: Faults
  readonly traffic = new Traffic()
  readonly recorder: Recorder
  readonly subscriptions: Subscriptions
  readonly quirks: Quirks
  readonly service: EwsService
  readonly states = new MailboxStates()
  readonly exchanges = new Exchanges()
  readonly tokens: TokenIssuer
  readonly authenticator: Authenticator
  readonly throttling: Throttling
  /** What callers over HTTPS should show; set once there is a certificate. */
  channelBinding: Buffer | undefined
  readonly #options: CoreOptions
  readonly #hooks: CoreHooks
  readonly #moves = new Map<string, NodeJS.Timeout>()

  constructor(options: CoreOptions, hooks: CoreHooks) {
    this.#options = options
    this.#hooks = hooks
    this.store = new Store(options.dataDir ? openSqliteJournal(options.dataDir) : memoryJournal, () =>
      this.now(),
    )
    this.meetings = new Meetings(this.store)
    this.users = new Users(this.store, this.meetings)
    this.faults = new Faults(() => hooks.onFaultsChange())
    this.recorder = new Recorder(options.recordDir)
    this.quirks = { ...defaultQuirks, ...options.quirks }
    this.subscriptions = new Subscriptions({
      store: this.store,
      faults: this.faults,
      quirks: this.quirks,
      timing: { ...exchangeTiming, ...options.push },
      record: (body, answer) => this.recorder.record('SendNotification', body, answer),
    })
    this.service = new EwsService(this)
    this.tokens = new TokenIssuer(this.accounts)
    this.authenticator = new Authenticator(this.accounts, this.tokens, options.authentication)
    this.throttling = new Throttling(options.throttling, ({ maxSubscriptions }) => {
      this.subscriptions.mostForMailbox = maxSubscriptions ?? Infinity
    })
    for (const list of options.distributionLists ?? []) this.store.directory.addList(list)
    this.#fill()
  }

  /** What the server's own clock says. */
  now(): number {
    return Date.now() + this.faults.clockSkewMs
  }

  /** The server goes down and comes back without the subscriptions. */
  restart(downMs: number): void {
    this.subscriptions.clear()
    this.#hooks.onRestart(downMs)
  }

  /** The mailbox is away for a while, and nobody is subscribed to it afterwards. */
  moveMailbox(address: string, awayMs: number): void {
    this.states.set(address, { kind: 'moving' })
    this.subscriptions.lose(address)
    clearTimeout(this.#moves.get(address))
    const timer = setTimeout(() => {
      this.#moves.delete(address)
      if (this.states.of(address)?.kind === 'moving') this.states.set(address, undefined)
    }, awayMs)
    this.#moves.set(address, timer)
  }

  addAccount(account: AccountOptions): void {
    this.accounts.set(account.address.toLowerCase(), account)
    if (!account.application) this.addMailbox(account.address, account.name)
  }

  addMailbox(address: string, name: string = address.split('@')[0] ?? address): void {
    this.store.addMailbox(address, name)
  }

  /** Back to the state of the start: seeded or empty, no faults, no subscriptions, counters at zero. */
  reset(): void {
    this.faults.clear()
    this.faults.resetCounts()
    this.subscriptions.clear()
    this.traffic.reset()
    this.states.clear()
    this.#endMoves()
    this.throttling.reset(this.#options.throttling)
    this.exchanges.clear()
    this.store.clear()
    this.#fill()
  }

  close(): void {
    this.#endMoves()
    this.subscriptions.close()
    this.store.close()
  }

  #endMoves(): void {
    for (const timer of this.#moves.values()) clearTimeout(timer)
    this.#moves.clear()
  }

  #fill(): void {
    const accounts = this.#options.accounts ?? defaultAccounts
    const isNew = this.store.mailboxes.length === 0
    for (const account of accounts) this.addAccount(account)
    const people = accounts.filter(({ impersonates }) => !impersonates)
    if (this.#options.seed && isNew) for (const { address } of people) seedMailbox(this.users, address)
    // What the seed's meeting would have mailed belongs to the past.
    this.meetings.mails.length = 0
  }
}
