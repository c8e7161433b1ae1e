import { type Attendee, settingsInForce } from '@lockstep/domain'
import {
  type CalendarGateway,
  type CallOptions,
  ExchangeTransientError,
  ExchangeUnavailableError,
  MailboxRefusedError,
} from '@lockstep/exchange'
import { anAppointment, MemoryCalendarGateway } from '@lockstep/exchange/testing'
import { createConflictSeal, createLedger } from '@lockstep/ledger'
import { createDigest, createLogger } from '@lockstep/runtime'
import { testRedis } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import type { FixedSettings } from './outbound-settings.ts'
import { createSettleBatch } from './settle-batch.ts'

const guests: readonly Attendee[] = ['dan', 'eve'].map((name) => ({
  address: `${name}@elsewhere.example`,
  type: 'required',
}))
const leaseMs = 10_000
const inForce = settingsInForce({ connection: {} }, { conflictPolicy: 'exchange', mute: false })

describe('what another attempt has taken over', () => {
  test('is not written by the one that was asleep meanwhile', async () => {
    const { exchange, want, begin, worker } = await setUp()
    await want('A', 1)
    await worker().settle(await begin())
    await want('A', 2)
    const sleeping = await begin()
    await begin(Date.now() + leaseMs)
    const settled = await worker().settle(sleeping)
    expect(settled).toBe(0)
    expect(exchange.calls).toMatchObject({ createItems: 1 })
    expect(exchange.calls['updateItems']).toBeUndefined()
  })

  test('may not be sent any more once another may repeat it', async () => {
    const { want, begin, worker } = await setUp()
    await want('A', 1, guests)
    const options: (CallOptions | undefined)[] = []
    await worker({
      createItems: async (_mailbox, _creations, call) => {
        options.push(call)
        return []
      },
    })
      .settle(await begin())
      .catch(() => {})
    expect(options.map((call) => call?.deadline?.isPast())).toEqual([false])
  })
})

test('a version whose content is lost is not taken for written, and a newer one is written', async () => {
  const { exchange, ledger, mailbox, want, begin, worker } = await setUp()
  await want('A', 1)
  await worker().settle(await begin())
  await want('A', 2)
  const [attempt] = await begin()
  const wanted = { kind: 'present' as const, version: 2, atMs: 0 }
  await worker().settle([{ ...attempt!, record: { ...attempt!.record, wanted } }])
  expect(await ledger.state(mailbox.id, 'A')).toMatchObject({
    state: 'parked',
    outbound: { code: 'CONTENT_LOST' },
    record: { link: { written: { version: 1 } } },
  })
  await want('A', 3)
  expect(await worker().settle(await begin())).toBe(1)
  expect(exchange.calls).toMatchObject({ createItems: 1, updateItems: 1 })
})

test('of several items that may be the one that is to go none is deleted before it is known which', async () => {
  const { exchange, ledger, mailbox, want, begin, worker } = await setUp()
  await want('A', 1)
  await worker().settle(await begin())
  const [head] = await exchange.findByStamp(mailbox.address, 'A')
  exchange.userDeletes(mailbox.address, head!.itemId)
  await ledger.accept(mailbox.id, 'A', { kind: 'absent', reason: 'private', version: 2, atMs: 0 }, Date.now())
  const alike = ['moved', 'copied'].map((itemId) => ({ ...head!, itemId }))
  await worker({ findByStamp: async () => alike }).settle(await begin())
  expect(exchange.calls['deleteItems']).toBeUndefined()
  expect(await ledger.state(mailbox.id, 'A')).toMatchObject({ outbound: { code: 'ITEM_MISSING' } })
})

describe('a creation that was answered to nobody', () => {
  test.each([
    new ExchangeTransientError('ErrorInternalServerError'),
    new MailboxRefusedError('ErrorAccessDenied'),
    new ExchangeUnavailableError('ErrorServerBusy', 1_000, { effect: 'none' }),
  ])('is not repeated while the rest of the mailbox cannot be searched: $code', async (error) => {
    const { exchange, mailbox, want, begin, worker } = await setUp({ lateCallMs: 0 })
    await want('A', 1, guests)
    exchange.loseNextAnswer()
    await worker().settle(await begin())
    exchange.userMoves(mailbox.address, exchange.itemsOf(mailbox.address)[0]!.itemId, 'inbox')
    const findElsewhereByStamp = () => Promise.reject(error)
    await worker({ findElsewhereByStamp }).settle(await begin(Date.now() + 60_000))
    expect(exchange.calls).toMatchObject({ createItems: 1 })
    expect(exchange.mails).toHaveLength(1)
  })

  test('is looked for outside the calendar with all others of its batch in one search', async () => {
    const { exchange, mailbox, want, begin, worker } = await setUp({ lateCallMs: 0 })
    for (const id of ['A', 'B', 'C']) await want(id, 1, guests)
    exchange.loseNextAnswer()
    await worker().settle(await begin())
    const [first, second] = exchange.itemsOf(mailbox.address)
    exchange.userMoves(mailbox.address, first!.itemId, 'inbox')
    exchange.userDeletes(mailbox.address, second!.itemId)
    await worker().settle(await begin(Date.now() + 60_000))
    expect(exchange.calls).toMatchObject({ createItems: 1, findElsewhereByStamp: 1 })
    expect(exchange.mails).toHaveLength(3)
  })
})

test('what a user changed after a write whose answer was lost is not taken for its effect', async () => {
  const { exchange, ledger, mailbox, want, begin, worker } = await setUp()
  await want('A', 1)
  await worker().settle(await begin())
  const [{ itemId } = { itemId: '' }] = await exchange.findByStamp(mailbox.address, 'A')
  const next = async (version: number, reminderMinutesBeforeStart: number) => {
    const appointment = anAppointment({ subject: 'v2', location: 'Ours', reminderMinutesBeforeStart })
    const wanted = { kind: 'present' as const, version, basedOn: 0, atMs: Date.now(), appointment }
    await ledger.accept(mailbox.id, 'A', wanted, Date.now())
    await worker().settle(await begin(Date.now() + 60_000))
  }
  exchange.loseNextAnswer()
  await next(2, 15)
  exchange.userUpdates(mailbox.address, itemId, { location: 'Theirs' })
  await next(3, 5)
  const [result] = await exchange.getItems(mailbox.address, [itemId])
  expect(result).toMatchObject({
    value: { appointment: { subject: 'v2', location: 'Theirs', reminderMinutesBeforeStart: 5 } },
  })
})

describe('the mail budget', () => {
  test('holds for workers that mail at the same time', async () => {
    const { exchange, want, begin, worker, mails } = await setUp({ mailBudget: 3 })
    const { promise: both, resolve: bothSend } = Promise.withResolvers<void>()
    for (const id of ['A', 'B']) await want(id, 1, guests)
    const [first, second] = await begin()
    const create = exchange.createItems.bind(exchange)
    const waiting: Partial<CalendarGateway> = {
      createItems: async (mailbox, creations) => {
        await both
        return create(mailbox, creations)
      },
    }
    const settling = [worker(waiting).settle([first!]), worker(waiting).settle([second!])]
    // Whoever does not send is done by itself.
    await Promise.race(settling)
    bothSend()
    const settled = await Promise.all(settling)
    expect(settled.filter(Boolean)).toHaveLength(1)
    expect(await mails()).toBe(2)
  })

  test('counts what surely was not mailed no more', async () => {
    const { exchange, want, begin, worker, mails } = await setUp()
    await want('A', 1, guests)
    exchange.goDown()
    await worker().settle(await begin())
    expect(await mails()).toBe(0)
  })

  test('counts what may have been mailed', async () => {
    const { exchange, want, begin, worker, mails } = await setUp()
    await want('A', 1, guests)
    exchange.loseNextAnswer()
    await worker().settle(await begin())
    expect(await mails()).toBe(2)
  })
})

async function setUp(changes: Partial<FixedSettings> = {}) {
  const { redis, prefix } = testRedis()
  const ledger = createLedger(redis, { prefix })
  const mailbox = await ledger.enable('alice@contoso.example', Date.now())
  const exchange = new MemoryCalendarGateway()
  const settings: FixedSettings = {
    lateCallMs: 120_000,
    leaseMs,
    refusePersonal: false,
    mailBudget: 200,
    createsUnconfirmed: false,
    rebuildWaitMs: 600_000,
    brake: { deletions: 0, percent: 100, windowMs: 60_000 },
    oscillation: { crossings: 0, windowMs: 60_000 },
    ...changes,
  }
  return {
    exchange,
    ledger,
    mailbox,
    want: (appointmentId: string, version: number, attendees: readonly Attendee[] = []) => {
      const appointment = anAppointment({ subject: `v${version}`, attendees })
      const wanted = { kind: 'present' as const, version, atMs: Date.now(), appointment }
      return ledger.accept(mailbox.id, appointmentId, wanted, Date.now())
    },
    begin: (nowMs = Date.now()) => ledger.beginOutbound(mailbox.id, { limit: 10, nowMs, leaseMs }),
    mails: async () => (await ledger.mailsOf(mailbox.id, Date.now())).recipients,
    worker: (gateway: Partial<CalendarGateway> = {}) => {
      const settleBatch = createSettleBatch({
        ledger,
        gateway: Object.assign(exchange, gateway),
        digest: createDigest('key'),
        log: createLogger('test', 'silent'),
        settings,
        conflicts: { seal: createConflictSeal('key'), keepMs: 0 },
      })
      return {
        settle: (attempts: Parameters<typeof settleBatch>[1]) =>
          settleBatch({ mailbox, inForce }, attempts, new AbortController().signal),
      }
    },
  }
}
