import type { Cluster, Redis } from 'ioredis'
import { type BrakeLedger, createBrakes } from './brakes.ts'
import { type ChangeLedger, createChanges } from './changes.ts'
import { type ConflictLedger, createConflicts } from './conflicts.ts'
import { createCrossings, type CrossingLedger } from './crossings.ts'
import { createDeliveries, type DeliveryLedger } from './deliveries.ts'
import { createDryRunCopy, type DryRunCopy } from './dry-run-copy.ts'
import { createDryRuns, type DryRunLedger, type DryRunSlice } from './dry-runs.ts'
import { createDue, type DueLedger } from './due.ts'
import { createEnablings, type EnablingLedger } from './enablings.ts'
import { createForget, type ForgetLedger } from './forget.ts'
import { createHealth, type HealthLedger } from './health.ts'
import { createHearing, type HearingLedger } from './hearing.ts'
import { type CopyLedger, createCopies } from './copies.ts'
import { createInbound, type InboundLedger } from './inbound.ts'
import { createListening, type ListeningLedger } from './listening.ts'
import { createListings, type ListingLedger } from './listings.ts'
import { createMails, type MailLedger } from './mails.ts'
import { createGeneration, type GenerationLedger } from './generation.ts'
import { createMailboxes, type MailboxLedger } from './mailboxes.ts'
import { createOutbound, type OutboundLedger } from './outbound.ts'
import { createProbes, type ProbeLedger } from './probes.ts'
import { createRebuilds, type RebuildLedger } from './rebuilds.ts'
import { createRestorations, type RestorationLedger } from './restorations.ts'
import { createSettings, type SettingsLedger, switchedOn } from './settings.ts'
import { createState, type StateLedger } from './state.ts'
import { connectionPrefix, createKeys, dryRunPrefix } from './keys.ts'
import { createStore, type Store } from './store.ts'
import { createSubscriptions, type SubscriptionLedger } from './subscriptions.ts'
import { createTokens, type TokenLedger } from './tokens.ts'
import { createTrail, type TrailLedger } from './trail.ts'

/**
 * What Lockstep remembers, in Redis. Whatever a method promises holds for any number of processes at a time.
 * Every method fails with a `LedgerUnavailableError` while Redis does not serve; then nothing is half stored.
 */
export type Ledger = MailboxLedger &
  EnablingLedger &
  OutboundLedger &
  InboundLedger &
  SubscriptionLedger &
  HearingLedger &
  ListeningLedger &
  TokenLedger &
  DeliveryLedger &
  DueLedger &
  BrakeLedger &
  ListingLedger &
  ForgetLedger &
  ProbeLedger &
  CrossingLedger &
  ConflictLedger &
  RebuildLedger &
  CopyLedger &
  RestorationLedger &
  GenerationLedger &
  MailLedger &
  HealthLedger &
  SettingsLedger &
  StateLedger &
  TrailLedger &
  ChangeLedger &
  DryRunLedger & {
    /**
     * The copy that a dry run works on, as a ledger in which every direction is on. Mailboxes, and what is set
     * otherwise, are those of this one. It lies under keys of its own: nothing of it is swept, or ever carried out.
     */
    dryRunCopy(slice: DryRunSlice): Ledger
    /** Checks that what Redis holds can be read by this version. Done before the first use, if not earlier. */
    open(): Promise<void>
  }

export type LedgerOptions = {
  /** First part of every key of the deployment. */
  readonly prefix: string
  /** The Exchange organisation whose ledger it is. `default` if there is one only. */
  readonly connection?: string
  /** How long a cancelled appointment is remembered: longer than any producer repeats an old event. 90 days. */
  readonly tombstoneMs?: number
  /** Replicas that have to hold what was accepted before `accept` resolves. 0. */
  readonly waitReplicas?: number
}

const DAY_MS = 86_400_000

/** The connection is to reject commands at once while it is down, and stays the caller's to close. */
export function createLedger(redis: Redis | Cluster, options: LedgerOptions): Ledger {
  const { prefix, connection = 'default', tombstoneMs = 90 * DAY_MS, waitReplicas = 0 } = options
  const own = connectionPrefix(prefix, connection)
  const store = createStore(redis, own)
  const copyOf = (run: string) => {
    const copy: Store = { ...store, keys: createKeys(dryRunPrefix(own, run)) }
    return { store: copy, copying: createDryRunCopy(store, copy) }
  }
  const dryRuns = createDryRuns(store, copyOf)
  const ledger: Ledger = {
    ...assemble(store, store, dryRuns, { tombstoneMs, waitReplicas }),
    dryRunCopy({ run }) {
      const { store: copy, copying } = copyOf(run)
      return copyLedger(ledger, assemble(copy, store, dryRuns, { tombstoneMs, waitReplicas: 0 }), copying)
    },
  }
  return ledger
}

/** What the dry run asks of the copy is copied first, if it was not. */
function copyLedger(
  { find, byId, all, settingsOf }: Ledger,
  copied: Omit<Ledger, 'dryRunCopy'>,
  copying: DryRunCopy,
): Ledger {
  const copy: Ledger = {
    ...copied,
    async lookUp(mailboxId, sought) {
      await copying.include(mailboxId, sought.appointmentIds ?? [])
      return copied.lookUp(mailboxId, sought)
    },
    async applyPage(mailboxId, page) {
      await copying.include(
        mailboxId,
        page.marks.map(({ appointmentId }) => appointmentId),
      )
      return copied.applyPage(mailboxId, page)
    },
    async startListing(mailboxId, cause, nowMs) {
      const listing = await copied.startListing(mailboxId, cause, nowMs)
      await copying.includeListing(mailboxId, listing.startedAtMs)
      return listing
    },
    find,
    byId,
    all,
    settingsOf: async (mailboxId) => switchedOn(await settingsOf(mailboxId)),
    dryRunCopy: () => copy,
  }
  return copy
}

type Needed = Required<Pick<LedgerOptions, 'tombstoneMs' | 'waitReplicas'>>

function assemble(
  store: Store,
  own: Store,
  dryRuns: DryRunLedger,
  { tombstoneMs, waitReplicas }: Needed,
): Omit<Ledger, 'dryRunCopy'> {
  const subscriptions = createSubscriptions(store)
  const listening = createListening(store)
  const tokens = createTokens(store)
  const inbound = createInbound(store)
  const mailboxes = createMailboxes(store)
  const restorations = createRestorations(store, own)
  const listings = createListings(store, { ...inbound, ...restorations, byId: mailboxes.byId })
  return {
    open: store.open,
    ...mailboxes,
    ...createEnablings(store),
    ...createOutbound(store, { tombstoneMs, waitReplicas }),
    ...inbound,
    ...listings,
    ...createCopies(store),
    ...createRebuilds(store, listings.startListing, { tombstoneMs }),
    ...restorations,
    ...createGeneration(store),
    ...subscriptions,
    ...createHearing(store),
    ...createHealth(store, mailboxes.all),
    ...listening,
    ...tokens,
    ...createDeliveries(store, tombstoneMs),
    ...createDue(store),
    ...createBrakes(store),
    ...createForget(store, { ...subscriptions, ...listening, ...dryRuns }),
    ...createProbes(store, tokens.newToken),
    ...createCrossings(store),
    ...createConflicts(store),
    ...createMails(store),
    ...createSettings(store, mailboxes.all),
    ...createState(store),
    ...createTrail(store),
    ...createChanges(store),
    ...dryRuns,
  }
}
