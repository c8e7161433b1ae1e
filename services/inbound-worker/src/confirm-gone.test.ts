import {
  ExchangeError,
  ExchangeTransientError,
  ExchangeUnavailableError,
  MailboxRefusedError,
} from '@lockstep/exchange'
import { MemoryCalendarGateway } from '@lockstep/exchange/testing'
import { createLedger } from '@lockstep/ledger'
import { createLogger } from '@lockstep/runtime'
import { testRedis } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { confirmGone } from './confirm-gone.ts'

const { signal } = new AbortController()
const gone = (itemId: string) => ({ kind: 'gone' as const, itemId })

describe('what a page says is gone, and nobody knows', () => {
  test('is shown if it is there, in its place among the others', async () => {
    const { confirmed, gateway, there, deleted } = await setUp()
    expect(await confirmed([gone(deleted), gone(there)])).toMatchObject([
      gone(deleted),
      { kind: 'present', head: { itemId: there, sensitivity: 'private' } },
    ])
    expect(gateway.calls).toEqual({ getHeads: 1 })
  })

  test('stays gone if it lies elsewhere', async () => {
    const { confirmed, moved } = await setUp()
    expect(await confirmed([gone(moved)])).toEqual([gone(moved)])
  })

  test.each([
    ['transient', new ExchangeTransientError('ErrorInternalServerError')],
    ['refused', new MailboxRefusedError('ErrorAccessDenied')],
  ])('is believed if it cannot be read, so that it holds up no page: %s', async (_, error: ExchangeError) => {
    const { confirmed, gateway, there } = await setUp()
    gateway.goDown(error)
    expect(await confirmed([gone(there)])).toEqual([gone(there)])
    gateway.comeBack()
    gateway.getHeads = async () => [{ ok: false, error }]
    expect(await confirmed([gone(there)])).toEqual([gone(there)])
  })

  test('is asked about again once an outage is over', async () => {
    const { confirmed, gateway, there } = await setUp()
    gateway.goDown()
    await expect(confirmed([gone(there)])).rejects.toBeInstanceOf(ExchangeUnavailableError)
    gateway.comeBack()
    const error = new ExchangeUnavailableError('ErrorServerBusy', 1_000, { effect: 'none' })
    gateway.getHeads = async () => [{ ok: false, error }]
    await expect(confirmed([gone(there)])).rejects.toBe(error)
  })
})

test('what is known is not read here, nor what the page shows besides', async () => {
  const { confirmed, gateway, there, linked, head } = await setUp()
  const changes = [gone(linked), { kind: 'present' as const, head }, gone(there)]
  expect(await confirmed(changes)).toEqual(changes)
  expect(gateway.calls).toEqual({})
})

/** A calendar with a private item, one that an appointment is linked to, and former handles of others. */
async function setUp() {
  const { redis, prefix } = testRedis()
  const ledger = createLedger(redis, { prefix })
  const mailbox = await ledger.enable('alice@contoso.example', Date.now())
  const gateway = new MemoryCalendarGateway()
  const create = () => gateway.userCreates(mailbox.address, { sensitivity: 'private' })
  const [there, linked, deleted, moved] = [create(), create(), create(), create()]
  gateway.userDeletes(mailbox.address, deleted)
  const away = gateway.userMoves(mailbox.address, moved, 'inbox')
  const item = { itemId: linked, uid: 'U1', role: 'organizer' as const, stamped: false }
  await ledger.mark(mailbox.id, { appointmentId: 'A1', kind: 'look', item }, Date.now())
  const [result] = await gateway.getHeads(mailbox.address, [there])
  if (!result?.ok) throw new Error('it is there')
  delete gateway.calls['getHeads']
  const log = createLogger('test', 'silent')
  return {
    gateway,
    there,
    linked,
    deleted,
    moved: away,
    head: result.value,
    confirmed: (changes: Parameters<typeof confirmGone>[2]) =>
      confirmGone({ ledger, gateway, log }, mailbox, changes, signal),
  }
}
