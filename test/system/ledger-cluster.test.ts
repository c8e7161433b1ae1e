import { type Appointment, emptyLink, type Link } from '@lockstep/domain'
import {
  createLedger,
  type Ledger,
  LOST_ANSWER,
  type OutboundAttempt,
  type UntoldAttempt,
} from '@lockstep/ledger'
import { expect, test } from 'vitest'
import { aRedisCluster } from '../support/redis-cluster.ts'
import { watched } from '../support/watched.ts'

const T0 = 1_790_000_000_000
const batch = { limit: 10, nowMs: T0, leaseMs: 1_000 }
const item = { itemId: 'AAMk=', uid: '0400', role: 'organizer', stamped: true } as const
const subscription = { id: 'S1', token: 'secret', startedAtMs: T0, heardAtMs: T0 }

test('every method works on a Redis Cluster: no script leaves its slot', async () => {
  const { watched: ledger, unused } = watched(createLedger(await aRedisCluster(), { prefix: 'lockstep' }))
  await ledger.open()
  const { id } = await ledger.enable('alice@contoso.example', T0)
  expect(await ledger.find('Alice@contoso.example')).toEqual(await ledger.byId(id))
  expect(await ledger.all()).toHaveLength(1)

  await outbound(ledger, id)
  await inbound(ledger, id)
  await deliveries(ledger, id)
  await feeds(ledger, id)
  await guards(ledger, id)
  await settings(ledger, id)
  await listings(ledger, id)
  await rebuilds(ledger, id)
  await hearing(ledger, id)
  await conflicts(ledger, id)
  await dryRuns(ledger, id)
  await enablings(ledger)
  await leaving(ledger, id)
  await probes(ledger)
  expect(unused()).toEqual([])
})

async function outbound(ledger: Ledger, id: string) {
  expect(await ledger.accept(id, 'A1', aVersion(1), T0)).toBe('accepted')
  expect(await ledger.dueMailboxes('outbound', T0, 10)).toEqual([id])
  await ledger.lease('outbound', id, T0 + 1)

  const [parked] = (await ledger.beginOutbound(id, batch)) as [OutboundAttempt]
  expect(await ledger.commitOutbound(id, parked, { kind: 'parked', code: 'X' }, T0)).toBe('committed')
  expect(await ledger.replay(id, 'A1', T0)).toBe(true)
  const [waiting] = (await ledger.beginOutbound(id, batch)) as [OutboundAttempt]
  const lost = {
    kind: 'failed',
    code: LOST_ANSWER,
    dueMs: T0 + 60_000,
    effect: 'none',
    costsAttempt: false,
  } as const
  expect(await ledger.commitOutbound(id, waiting, lost, T0)).toBe('committed')
  await ledger.hastenOutbound(id, 'A1', T0)
  const begun = (await ledger.beginOutbound(id, batch)) as [OutboundAttempt]
  const [attempt] = (await ledger.renewOutbound(id, begun, batch)) as [OutboundAttempt]
  const settled = { kind: 'settled', link: linkAt(1), untold: true } as const
  expect(await ledger.commitOutbound(id, attempt, settled, T0)).toBe('committed')
  expect(await ledger.rest('outbound', id, T0)).toBe('none')
  expect(await ledger.state(id, 'A1')).toMatchObject({ state: 'pending', record: { link: linkAt(1) } })
}

async function hearing(ledger: Ledger, id: string) {
  await ledger.saveHearing(id, { way: 'streaming', sinceMs: T0 })
  await ledger.noteStreaming([id], { sinceMs: T0 })
  expect(await ledger.countWays()).toMatchObject({ streaming: 1 })
  const group = await ledger.joinGroup(id, 200)
  expect(await ledger.groupOf(id)).toBe(group)
  await ledger.saveStreamingId(id, 'S1')
  expect((await ledger.listeningGroups()).get(group)).toEqual([{ mailboxId: id, subscriptionId: 'S1' }])
  expect(await ledger.holdGroup(group, 'me', 1_000)).toBe(true)
  await ledger.releaseGroup(group, 'me')
  await ledger.leaveGroup(id)
}

async function settings(ledger: Ledger, id: string) {
  const change = { by: 'test', nowMs: T0 }
  for (const where of [id, undefined]) {
    expect(await ledger.changeSettings(where, { mute: true }, change)).toBe(true)
    expect(await ledger.settingsChanges(where)).toHaveLength(1)
  }
  expect(await ledger.switchedOff('outbound')).toEqual({ isForAll: false, mailboxes: 0 })
  expect(await ledger.settingsOf(id)).toEqual({ connection: { mute: true }, mailbox: { mute: true } })
}

async function inbound(ledger: Ledger, id: string) {
  await ledger.noteNotified(id, T0)
  await ledger.wakeInbound(id, T0)
  expect(await ledger.dueMailboxes('inbound', T0, 10)).toEqual([id])
  expect(await ledger.takeNotified(id)).toBe(T0)
  const marks = ['A1', 'A2'].map((appointmentId) => ({ appointmentId, kind: 'look' as const }))
  const page = { before: undefined, after: 'c1', isLast: true, marks, nowMs: T0 }
  expect(await ledger.applyPage(id, page)).toBe('applied')
  const three = { ...item, itemId: 'three', isPresumed: true as const }
  await ledger.mark(id, { appointmentId: 'A4', kind: 'look', item: three }, T0)
  expect(await ledger.presumedItems(id)).toEqual([{ appointmentId: 'A4', item: three }])
  expect(await ledger.handOver(id, { from: 'A4', to: 'A3', item: { ...item, itemId: 'three' } }, T0)).toBe(
    true,
  )
  const known = await ledger.lookUp(id, { itemIds: ['AAMk='], uids: ['0400'], appointmentIds: ['A2'] })
  expect([known.byItemId.size, known.byUid.size, known.byId.size]).toEqual([1, 1, 1])

  expect((await ledger.linkedItems(id)).toSorted()).toEqual(['AAMk=', 'three'])
  await ledger.refuseMailbox(id, 'X', T0)
  await ledger.clearRefusal(id)
  await ledger.saveSubscription(id, subscription)
  await ledger.saveSubscription(id, { ...subscription, token: 'another' })
  expect(await ledger.heard('another', T0)).toBe(id)
  await ledger.endSubscription(id, 'S1')
  await ledger.setInboundDue(id, T0 + 5)
  expect(await ledger.mailboxState(id)).toEqual({ cursor: 'c1', currentAtMs: T0 })
}

async function deliveries(ledger: Ledger, id: string) {
  const begun = await ledger.beginDeliveries(id, batch)
  const [first, second, third] = begun as [UntoldAttempt, UntoldAttempt, UntoldAttempt]
  const offer = { atMs: T0, kind: 'updated', fingerprints: {} } as const
  expect(await ledger.offer(id, first, offer)).toBeGreaterThan(0)
  expect(await ledger.tell(id, first, { link: linkAt(1), renamedTo: 'APP-1' }, T0)).toBe('told')
  await ledger.postponeDelivery(id, second, T0 + 5, { costsAttempt: true })
  await ledger.parkDelivery(id, third, 'X', T0)
  expect(await ledger.rest('deliveries', id, T0)).toEqual({ nextDueMs: T0 + 5 })
}

async function feeds(ledger: Ledger, id: string) {
  await ledger.note(id, [{ appointmentId: 'A1', direction: 'inbound', step: 'synced', atMs: T0 }])
  expect((await ledger.trail(id, { limit: 5 })).entries).toHaveLength(1)
  const change = { appointmentId: 'A1', kind: 'updated', revision: 1, applicationVersion: 1 } as const
  expect(await ledger.appendChange(id, { ...change, changed: [], atMs: T0 })).toBe(1)
  expect(await ledger.newestChange()).toBe(1)
  expect(await ledger.changes(0, 5)).toMatchObject({ cursor: 1 })
}

async function guards(ledger: Ledger, id: string) {
  const rules = { deletions: 1, percent: 100, windowMs: 1_000 }
  const deleting = { appointmentIds: ['A1', 'A2'], nowMs: T0, rules }
  expect(await ledger.countDeletions('outbound', id, deleting)).toMatchObject({ deleted: 2 })
  expect(await ledger.brakeOf('outbound', id)).toMatchObject({ reason: 'deletions' })
  expect(await ledger.release('outbound', id, T0)).toBe(true)
  await ledger.countMails(id, 2, T0)
  expect(await ledger.exhaustMails(id, T0)).toBe(true)
  expect(await ledger.mailsOf(id, T0)).toEqual({ recipients: 2, isExhausted: true })
  await ledger.noteCrossing(id, 'APP-1', { atMs: T0, direction: 'inbound', fingerprints: {} })
  await ledger.freeze(id, 'APP-1', { atMs: T0, fields: ['subject'] })
  expect((await ledger.state(id, 'APP-1'))!.record).toMatchObject({ frozen: { atMs: T0 } })
}

async function listings(ledger: Ledger, id: string) {
  const listing = await ledger.startListing(id, 'requested', T0)
  await ledger.noteListed(id, listing, { itemIds: ['AAMk='], appointmentIds: ['A2'] })
  expect(await ledger.missingItems(id, listing)).toEqual(['three'])
  await ledger.endListing(id, listing, T0)
  expect(await ledger.listingProgress(id)).toMatchObject({ items: 1, differing: 1 })
  await ledger.askForListing(id)
  expect(await ledger.mailboxState(id)).toMatchObject({ isListingAsked: true })
}

async function rebuilds(ledger: Ledger, id: string) {
  expect(await ledger.generation()).toBe(await ledger.generation())
  await ledger.alias(id, 'ex-unknown', 'CRM-1')
  expect(await ledger.accept(id, 'CRM-1', aVersion(1), T0)).toBe('accepted')
  const [attempt] = (await ledger.beginOutbound(id, batch)) as [OutboundAttempt]
  await ledger.noteUnconfirmed(id, 'CRM-1', T0)
  await ledger.commitOutbound(id, attempt, { kind: 'parked', code: 'UNCONFIRMED' }, T0)
  expect(await ledger.unconfirmed(id, 5)).toMatchObject([{ appointmentId: 'CRM-1', version: 1 }])
  expect(await ledger.confirmFound(id, ['A2'], T0)).toBe(false)
  expect(await ledger.decide(id, 'CRM-1', 'create', T0)).toBe(true)
  const mailbox = (await ledger.byId(id))!
  expect(await ledger.restorationOf(mailbox)).toMatchObject({ ledgerSinceMs: T0, awaitsOthers: false })
  await ledger.noteRestored(mailbox)
  expect(await ledger.restorationOf(mailbox)).toMatchObject({ restoredSinceMs: T0 })
  await ledger.startRebuild(id, T0)
  await ledger.endRebuild(id)
  expect(await ledger.restorationOf(mailbox)).not.toHaveProperty('restoredSinceMs')
}

async function conflicts(ledger: Ledger, id: string) {
  expect(await ledger.accept(id, 'C1', aVersion(2), T0)).toBe('accepted')
  const begun = await ledger.beginOutbound(id, batch)
  const attempt = begun.find(({ record }) => record.appointmentId === 'C1')!
  const lost = (version: number) => ({ atMs: T0, version, fields: [], winner: 'exchange' }) as const
  const link = { ...linkAt(2), item: { ...item, itemId: 'conflicting' }, conflicts: [lost(1), lost(2)] }
  const conflictValues = { sealed: 'sealed', keepMs: 60_000 }
  const settled = { kind: 'settled', link, untold: false, conflictValues } as const
  expect(await ledger.commitOutbound(id, attempt, settled, T0)).toBe('committed')
  expect(await ledger.replaceConflictValues(id, 'C1', 2, 'others')).toBe(true)
  expect(await ledger.conflictValues(id, 'C1', 2)).toMatchObject({ sealed: 'others' })
  await ledger.noteReversal(id, 'C1', { version: 2, atMs: T0, by: 'test', isBack: false, left: {} })
  await ledger.dropConflictValues(id, 'C1')
  expect(await ledger.conflictValues(id, 'C1', 2)).toBeUndefined()
}

async function enablings(ledger: Ledger) {
  const [first, second] = ['first@contoso.example', 'second@contoso.example']
  await ledger.requestEnabling([first, second], { enables: true, nowMs: T0 })
  const taken = await ledger.takeEnablings({ limit: 2, leaseMs: 1_000, nowMs: T0 })
  await ledger.renewEnablings([first], T0 + 2_000)
  await ledger.giveBackEnabling(taken[0]!, T0)
  expect(await ledger.endEnabling(taken[1]!, { atMs: T0, outcome: 'enabled', steps: [] })).toBe(true)
  expect(await ledger.enabling(second)).toMatchObject({ ended: { outcome: 'enabled' } })
  expect(await ledger.dropEnabling(first)).toBe(true)
  expect(await ledger.enablings()).toHaveLength(1)
}

async function leaving(ledger: Ledger, id: string) {
  expect(await ledger.health()).toMatchObject([{ mailbox: { id } }])
  expect(await ledger.forget(id, T0)).toBe(true)
  expect(await ledger.leavingSince(id)).toBe(T0)
  await ledger.disown('outbound', id, T0)
  await ledger.wipe(id)
  await ledger.endLeaving(id)
  expect(await ledger.state(id, 'APP-1')).toBeUndefined()
}

async function dryRuns(ledger: Ledger, id: string) {
  expect(await ledger.accept(id, 'D1', aVersion(1), T0)).toBe('accepted')
  expect(await ledger.startDryRun(id, T0)).toBe(true)
  expect(await ledger.dryRunTurn(id, T0)).toBe('inbound')
  const slice = (await ledger.beginDryRunSlice(id, T0))!
  await ledger.copyForDryRun(slice, T0)
  expect(await ledger.passDryRun(slice, 'outbound', T0)).toBe('passed')
  const copy = ledger.dryRunCopy(slice)
  const [attempt] = (await copy.beginOutbound(id, batch)).filter(
    ({ record }) => record.appointmentId === 'D1',
  )
  expect(await copy.commitOutbound(id, attempt!, { kind: 'parked', code: 'X' }, T0)).toBe('committed')
  expect(await ledger.state(id, 'D1')).toMatchObject({ state: 'pending' })
  const entry = { direction: 'outbound', appointmentId: 'D1', action: 'create' } as const
  await ledger.noteDryRun(slice, { entries: [entry] }, T0)
  await ledger.endDryRunSlice(slice)
  await ledger.endDryRun(slice, T0)
  expect(await ledger.dryRun(id)).toMatchObject({ endedAtMs: T0, entries: 1 })
  expect(await ledger.dryRunEntries(id, { from: 0, limit: 10 })).toEqual([entry])
  await ledger.dropDryRunCopy(id)
  expect(await copy.state(id, 'D1')).toBeUndefined()
}

async function probes(ledger: Ledger) {
  const token = await ledger.openProbe(60_000)
  expect(await ledger.hearProbe(token, T0)).toBe(true)
  expect(await ledger.probeHeardAt(token)).toBe(T0)
  expect(await ledger.isOurToken(await ledger.newToken())).toBe(true)
}

function linkAt(version: number): Link {
  return { ...emptyLink, written: { version, basedOn: 0, fingerprints: {} }, item }
}

function aVersion(version: number) {
  return { kind: 'present', version, atMs: T0, appointment: {} as Appointment } as const
}
