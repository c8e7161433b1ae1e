import { type AccountOptions, defaultAccounts } from './accounts.ts'
import { Faults } from './faults.ts'
import { EwsService } from './http/ews-service.ts'
import { Recorder } from './http/recorder.ts'
import { Traffic } from './http/traffic.ts'
import { Meetings } from './meetings.ts'
import type { PushTiming } from './notifications/push-subscription.ts'
import { Subscriptions } from './notifications/subscriptions.ts'
import { defaultQuirks, type Quirks } from './quirks.ts'
import { seedMailbox } from './seed.ts'
import { memoryJournal, openSqliteJournal } from './store/journal.ts'
import { Store } from './store/store.ts'
import { Users } from './users.ts'

export type CoreOptions = {
  /** Who can log on; each gets a mailbox. Left out: the demo's four. */
  accounts?: readonly AccountOptions[]
  /** Fills each new mailbox of an ordinary user with a lived-in week. */
  seed?: boolean
  /** Keeps the mailboxes over a restart. */
  dataDir?: string
  /** Records every SOAP exchange in this directory. */
  recordDir?: string
  /** Shortens the waits of push notifications. */
  push?: Partial<PushTiming>
  /** Where Microsoft's pages disagree, or where Exchange does what not every test wants. */
  quirks?: Partial<Quirks>
}

const exchangeTiming: PushTiming = { minuteMs: 60_000, retryMs: 30_000 }

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
  readonly #options: CoreOptions

  constructor(options: CoreOptions, onFaultsChange: () => void) {
    this.#options = options
    this.store = new Store(options.dataDir ? openSqliteJournal(options.dataDir) : memoryJournal)
    this.meetings = new Meetings(this.store)
    this.users = new Users(this.store, this.meetings)
    this.faults = new Faults(onFaultsChange)
    this.recorder = new Recorder(options.recordDir)
    const timing = { ...exchangeTiming, ...options.push }
    this.subscriptions = new Subscriptions(this.store, this.faults, timing, (body, answer) =>
      this.recorder.record('SendNotification', body, answer),
    )
    this.quirks = { ...defaultQuirks, ...options.quirks }
    this.service = new EwsService(this)
    this.#fill()
  }

  addAccount(account: AccountOptions): void {
    this.accounts.set(account.address.toLowerCase(), account)
    this.addMailbox(account.address, account.name)
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
    this.store.clear()
    this.#fill()
  }

  close(): void {
    this.subscriptions.close()
    this.store.close()
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
