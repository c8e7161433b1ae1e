import { describe, expect, test } from 'vitest'
import { CursorLostError, ItemGoneError } from '../errors.ts'
import { create, creation, heads, read, stamp, syncAll } from './contract-steps.ts'
import type { Open } from './gateway-fixture.ts'
import { describeListening } from './listening-contract.ts'
import { describeWriting } from './writing-contract.ts'

/** What every calendar gateway must do. Run it against each adapter and each fake. */
export function describeCalendarGateway(name: string, open: Open): void {
  describe(`${name} keeps the promises of a calendar gateway`, () => {
    describeWriting(open)
    describeReading(open)
    describeSyncing(open)
    describeListening(open)
  })
}

function describeReading(open: Open): void {
  test.each(['private', 'confidential'] as const)(
    'shows nothing of an item that is %s',
    async (sensitivity) => {
      const { gateway, mailbox, userCreates } = await open()
      const item = await read(gateway, mailbox, userCreates({ sensitivity }))
      expect(item).toMatchObject({ sensitivity, isRecurring: false })
      expect(item).not.toHaveProperty('appointment')
    },
  )

  test('shows nothing of a recurring item', async () => {
    const { gateway, mailbox, userCreates } = await open()
    const item = await read(gateway, mailbox, userCreates({ isRecurring: true }))
    expect(item).toMatchObject({ sensitivity: 'normal', isRecurring: true })
    expect(item).not.toHaveProperty('appointment')
  })

  test('finds items by stamp, in the calendar alone', async () => {
    const { gateway, mailbox, userDeletes } = await open()
    const ids = [await create(gateway, mailbox), await create(gateway, mailbox)].map(({ itemId }) => itemId)
    await gateway.createItems(mailbox, [creation('APP-1')])
    const found = await gateway.findByStamp(mailbox, stamp.appointmentId)
    expect(found.map(({ itemId }) => itemId).toSorted()).toEqual(ids.toSorted())
    expect(found).toMatchObject([{ stamp }, { stamp }])
    expect(await gateway.findByStamp(mailbox, 'APP-9')).toEqual([])
    userDeletes(ids[0]!)
    expect(await gateway.findByStamp(mailbox, stamp.appointmentId)).toMatchObject([{ itemId: ids[1] }])
  })

  test('reads heads of what is in the calendar, and of nothing that is not', async () => {
    const { gateway, mailbox, userCreates, userDeletes, userMoves } = await open()
    const { itemId, changeKey } = await create(gateway, mailbox)
    const secret = userCreates({ sensitivity: 'private' })
    const [moved, deleted] = [userCreates({}), userCreates({})]
    userDeletes(deleted)
    const away = userMoves(moved, 'otherCalendar')
    const back = userMoves(userMoves(userCreates({}), 'inbox'), 'calendar')
    const results = await gateway.getHeads(mailbox, [itemId, secret, moved, away, deleted, back])
    expect(results).toMatchObject([
      { ok: true, value: { itemId, changeKey, stamp, sensitivity: 'normal', isRecurring: false } },
      { ok: true, value: { itemId: secret, sensitivity: 'private' } },
      ...[moved, away, deleted].map(() => ({ ok: false, error: expect.any(ItemGoneError) as unknown })),
      { ok: true, value: { itemId: back } },
    ])
    const names = results.flatMap((result) => (result.ok ? Object.keys(result.value) : []))
    expect(names).not.toContain('appointment')
    expect(names).not.toContain('inCalendar')
    expect(await gateway.getHeads(mailbox, [])).toEqual([])
  })

  describeElsewhere(open)

  test('finds items by UID, without regard to case', async () => {
    const { gateway, mailbox, userCreates } = await open()
    const itemId = userCreates({})
    userCreates({})
    const { uid } = await read(gateway, mailbox, itemId)
    expect(await gateway.findByUid(mailbox, uid.toLowerCase())).toMatchObject([{ itemId }])
    expect(await gateway.findByUid(mailbox, uid.toUpperCase())).toMatchObject([{ itemId }])
  })

  test('answers a probe, subscribes and unsubscribes, twice if need be', async () => {
    const { gateway, mailbox } = await open()
    await gateway.probe()
    const { subscriptionId } = await gateway.subscribe(mailbox, 'http://127.0.0.1:9/n?a=1&b=2', 5)
    expect(subscriptionId).not.toBe('')
    await gateway.unsubscribe(mailbox, subscriptionId)
    await gateway.unsubscribe(mailbox, subscriptionId)
  })
}

function describeElsewhere(open: Open): void {
  const places = ['otherCalendar', 'inbox', 'archive'] as const

  test.each(places)('finds elsewhere what was moved, and not what was moved back: %s', async (folder) => {
    const { gateway, mailbox, userMoves } = await open()
    const { itemId } = await create(gateway, mailbox)
    const find = () => gateway.findElsewhereByStamp(mailbox, [stamp.appointmentId])
    expect(await find()).toEqual([])
    const moved = userMoves(itemId, folder)
    expect(moved).not.toBe(itemId)
    expect(await find()).toMatchObject([{ itemId: moved, stamp }])
    const takenAway = await gateway.findTakenAwayByStamp(mailbox, stamp.appointmentId)
    expect(takenAway).toMatchObject([{ itemId: moved, stamp }])
    expect(await gateway.findTakenAwayByStamp(mailbox, 'APP-9')).toEqual([])
    expect(await gateway.findByStamp(mailbox, stamp.appointmentId)).toEqual([])
    const back = userMoves(moved, 'calendar')
    expect(await find()).toEqual([])
    expect(await gateway.findByStamp(mailbox, stamp.appointmentId)).toMatchObject([{ itemId: back }])
  })

  test('finds elsewhere what was deleted, and all that carry a stamp', async () => {
    const { gateway, mailbox, userMoves, userDeletes } = await open()
    for (const folder of places) userMoves((await create(gateway, mailbox)).itemId, folder)
    userDeletes((await create(gateway, mailbox)).itemId)
    await create(gateway, mailbox)
    const found = await gateway.findElsewhereByStamp(mailbox, [stamp.appointmentId])
    expect(found.map(({ stamp: { appointmentId } = stamp }) => appointmentId)).toEqual(
      Array.from({ length: places.length + 1 }, () => stamp.appointmentId),
    )
    expect(await gateway.findTakenAwayByStamp(mailbox, stamp.appointmentId)).toEqual(found)
  })

  test('finds the stamps of several appointments at once, and of no others', async () => {
    const { gateway, mailbox, userMoves } = await open()
    const ids = Array.from({ length: 60 }, (_, n) => `APP-${n}`)
    for (const id of ['APP-0', 'APP-59', 'APP-60', 'app-1'])
      userMoves((await create(gateway, mailbox, { stamp: { ...stamp, appointmentId: id } })).itemId, 'inbox')
    const found = await gateway.findElsewhereByStamp(mailbox, ids)
    expect(found.map(({ stamp: { appointmentId } = stamp }) => appointmentId).toSorted()).toEqual([
      'APP-0',
      'APP-59',
    ])
    expect(await gateway.findElsewhereByStamp(mailbox, [])).toEqual([])
  })
}

function describeSyncing(open: Open): void {
  test('tells everything at first, then what changed since', async () => {
    const { gateway, mailbox, ...user } = await open()
    const { itemId, changeKey } = await create(gateway, mailbox)
    const secret = user.userCreates({ sensitivity: 'private' })
    const first = await syncAll(gateway, mailbox, undefined)
    const head = { itemId, changeKey, stamp, sensitivity: 'normal', isRecurring: false }
    expect(heads(first.changes)).toMatchObject([head, { itemId: secret, sensitivity: 'private' }])

    user.userUpdates(itemId, { subject: 'Changed' })
    user.userDeletes(secret)
    const { changes, cursor } = await syncAll(gateway, mailbox, first.cursor)
    expect(changes).toMatchObject([
      { kind: 'present', head: { itemId } },
      { kind: 'gone', itemId: secret },
    ])
    expect(heads(changes)[0]?.changeKey).not.toBe(changeKey)
    expect((await syncAll(gateway, mailbox, cursor)).changes).toEqual([])
  })

  test('tells an item that moved away as gone', async () => {
    const { gateway, mailbox } = await open()
    const { itemId } = await create(gateway, mailbox)
    const { cursor } = await syncAll(gateway, mailbox, undefined)
    await gateway.deleteItems(mailbox, [{ itemId, send: 'none' }])
    expect((await syncAll(gateway, mailbox, cursor)).changes).toEqual([{ kind: 'gone', itemId }])
  })

  test('says so when a cursor is of no use', async () => {
    const { gateway, mailbox } = await open()
    await expect(gateway.sync(mailbox, 'no cursor of yours')).rejects.toBeInstanceOf(CursorLostError)
  })
}
