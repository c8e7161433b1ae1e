import type { Rehearse } from '@lockstep/connections'
import type { Digest, Fingerprints, Refusal } from '@lockstep/domain'
import {
  type CalendarGateway,
  CursorLostError,
  isUnwritten,
  type ItemResult,
  unwrittenChangeKey,
  withoutWriting,
} from '@lockstep/exchange'
import type { DryRunEntry, Ledger, Mailbox, UntoldAttempt } from '@lockstep/ledger'
import type { WakeQueue } from '@lockstep/queue'
import type { Logger } from '@lockstep/runtime'
import type { ConnectionConfig } from './config.ts'
import { createDeliver } from './deliver.ts'
import { createDeliverMailbox } from './deliver-mailbox.ts'
import { createLookAt, type LookAt, type Looked } from './look.ts'
import { createMarksOf } from './marks.ts'
import { listenIn } from './dry-run-entries.ts'
import { follow } from './sync-mailbox.ts'

type Deps = {
  ledger: Ledger
  gateway: CalendarGateway
  looking: { digest: Digest; refusePersonal: boolean }
  outbound: Pick<WakeQueue, 'wakeQuietly'>
  log: Logger
  options: Pick<ConnectionConfig, 'sync' | 'deliveries' | 'tell'>
}

/** Work on a copy wakes nobody. */
const nobody: Pick<WakeQueue, 'wakeQuietly'> = { wakeQuietly: async () => true }

/**
 * The inbound parts of a dry run: the real thing, on a copy of what is known of the mailbox, before an Exchange that is
 * only read, and an application that is told nothing.
 */
export function createDryRun(deps: Deps): { inbound: Rehearse; deliveries: Rehearse } {
  const rehearsing = { ...deps, log: deps.log.child({ dryRun: true }) }
  return { inbound: rehearseSync(rehearsing), deliveries: rehearseDeliveries(rehearsing) }
}

/** First of all: what changed in the calendar. */
function rehearseSync({ ledger, gateway, looking, outbound, log, options }: Deps): Rehearse {
  return async function syncCopy(slice, signal) {
    const { mailboxId } = slice
    const mailbox = await ledger.byId(mailboxId)
    if (!mailbox) return 'done'
    await ledger.copyForDryRun(slice, Date.now())
    const copy = ledger.dryRunCopy(slice)
    const counts: Record<string, number> = {}
    const count = (name: string) => void (counts[name] = (counts[name] ?? 0) + 1)
    const reading = withoutWriting(gateway, () => count('inbound.fold'))
    const onRefused = (reason: Refusal) => count(`refused.${reason}`)
    const marksOf = createMarksOf({ ...looking, ledger: copy, gateway: reading, onRefused })
    const following = { ledger: copy, gateway: reading, marksOf, log, options: options.sync }
    const isCurrent = await follow(
      { ...following, deliveries: nobody, outbound: nobody },
      mailbox,
      undefined,
      signal,
    ).then(
      (followed) => followed.isCurrent,
      (error: unknown) => beginAgain(copy, mailbox, error),
    )
    await ledger.noteDryRun(slice, { counts }, Date.now())
    if (!isCurrent) return 'again'
    await ledger.passDryRun(slice, 'outbound', Date.now())
    await outbound.wakeQuietly(mailboxId)
    return 'done'
  }
}

async function beginAgain(copy: Ledger, { id }: Mailbox, error: unknown): Promise<false> {
  if (!(error instanceof CursorLostError)) throw error
  await copy.startListing(id, 'cursorLost', Date.now())
  return false
}

/** What would be told, once what would be written is written. */
function rehearseDeliveries({ ledger, gateway, looking, outbound, log, options }: Deps): Rehearse {
  return async function deliverCopy(slice, signal) {
    const entries: DryRunEntry[] = []
    const { copy, application } = listenIn(ledger.dryRunCopy(slice), (entry) => void entries.push(entry))
    const reading = withoutWriting(gateway)
    const deliverMailbox = createDeliverMailbox({
      ledger: copy,
      lookAt: asIfWritten(createLookAt({ ...looking, ledger: copy, gateway: reading })),
      deliver: createDeliver({ ledger: copy, application, outbound: nobody, log, options: options.tell }),
      log,
      options: options.deliveries,
    })
    const result = await deliverMailbox(slice, signal)
    await ledger.noteDryRun(slice, { entries }, Date.now())
    if (result === 'again' || signal.aborted) return 'again'
    if ((await ledger.passDryRun(slice, 'outbound', Date.now())) === 'ended') {
      await ledger.endDryRun(slice, Date.now())
    } else await outbound.wakeQuietly(slice.mailboxId)
    return 'done'
  }
}

/** Shows items as they were if what was kept from Exchange had been written. */
function asIfWritten(lookAt: LookAt): LookAt {
  return async function lookAtWritten(mailbox, attempts, signal) {
    const there = attempts.filter((attempt) => !isMissing(attempt))
    const results = await lookAt(mailbox, there, signal)
    const found = new Map(there.map((attempt, n) => [attempt, results[n]!]))
    return attempts.map((attempt) => {
      const result = found.get(attempt)
      return result ? withState(attempt, result) : created(attempt)
    })
  }
}

function isMissing({ record: { link } }: UntoldAttempt): boolean {
  return link.item !== undefined && isUnwritten(link.item.itemId)
}

function created({ record: { link } }: UntoldAttempt): ItemResult<Looked> {
  const fingerprints = link.written.fingerprints as Fingerprints
  const observed = { changeKey: unwrittenChangeKey, lastModifiedMs: Date.now(), fingerprints }
  return { ok: true, value: { look: { kind: 'present', item: link.item!, observed } } }
}

/** What was written is taken from the item as it is: it is not compared with anything at this change key. */
function withState({ record: { link } }: UntoldAttempt, result: ItemResult<Looked>): ItemResult<Looked> {
  const isWritten = link.seen?.changeKey === unwrittenChangeKey
  if (!isWritten || !result.ok || result.value.look.kind !== 'present') return result
  const { look } = result.value
  const observed = { ...look.observed, changeKey: unwrittenChangeKey }
  return { ok: true, value: { ...result.value, look: { ...look, observed } } }
}
