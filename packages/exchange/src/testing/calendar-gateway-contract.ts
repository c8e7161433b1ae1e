import type { Appointment } from '@lockstep/domain'
import { describe, expect, test } from 'vitest'
import type {
  CalendarGateway,
  CalendarItem,
  Creation,
  ItemChange,
  ItemResult,
  Stamp,
} from '../calendar-gateway.ts'
import { CursorLostError, ItemChangedError, ItemGoneError } from '../errors.ts'
import { anAppointment } from './an-appointment.ts'
import { describeListening } from './listening-contract.ts'
import { emptied, roundTrips } from './round-trips.ts'
import type { UserItem } from './memory-calendar-gateway.ts'

/** A gateway to an Exchange with an empty calendar, and the hands of the user whose it is. */
export type CalendarGatewayFixture = {
  readonly gateway: CalendarGateway
  readonly mailbox: string
  /** Somebody who can be invited. */
  readonly colleague: string
  readonly userCreates: (item: UserItem) => string
  readonly userUpdates: (itemId: string, item: UserItem) => void
  readonly userDeletes: (itemId: string) => void
  /** Exchange loses its subscriptions, as by a restart. */
  readonly loseSubscriptions: () => void
  /** How many mails Exchange sent so far. */
  readonly mails: () => number
}

const stamp: Stamp = { appointmentId: 'APP-1042', version: 3, attempt: 'a1' }

/** What every calendar gateway must do. Run it against each adapter and each fake. */
export function describeCalendarGateway(
  name: string,
  open: () => CalendarGatewayFixture | Promise<CalendarGatewayFixture>,
): void {
  describe(`${name} keeps the promises of a calendar gateway`, () => {
    describeWriting(open)
    describeReading(open)
    describeSyncing(open)
    describeListening(open)
  })
}

type Open = () => CalendarGatewayFixture | Promise<CalendarGatewayFixture>

function describeWriting(open: Open): void {
  test.each(Object.entries(roundTrips))('gives back exactly what was written: %s', async (_name, changes) => {
    const { gateway, mailbox } = await open()
    const appointment = anAppointment(changes)
    const { itemId } = await create(gateway, mailbox, { appointment })
    const item = await read(gateway, mailbox, itemId)
    expect(item.appointment).toEqual(appointment)
    expect(item).toMatchObject({ stamp, role: 'organizer', inCalendar: true, isRecurring: false })
  })

  test.each(Object.entries(roundTrips))('sets only the named fields: %s', async (_name, changes) => {
    const { gateway, mailbox } = await open()
    const before = anAppointment({ subject: 'Before', location: 'There', categories: ['Red'] })
    const { itemId, changeKey } = await create(gateway, mailbox, { appointment: before })
    const after = anAppointment({ subject: 'Not to be written', ...changes })
    const fields = fieldsOf(changes)
    const update = {
      itemId,
      changeKey,
      fields,
      appointment: after,
      stamp: { ...stamp, version: 4, base: { when: 'digest' } },
      send: 'none',
    } as const
    const written = value(await gateway.updateItems(mailbox, [update]))
    const item = await read(gateway, mailbox, itemId)
    expect(item.appointment).toEqual({ ...before, ...changes })
    expect(item).toMatchObject({
      changeKey: written.changeKey,
      stamp: { ...stamp, version: 4, base: { when: 'digest' } },
    })
  })

  test('takes away what an update leaves empty', async () => {
    const { gateway, mailbox, colleague } = await open()
    const attendees = [{ address: colleague, name: 'Colleague', type: 'required' } as const]
    const appointment = anAppointment({ attendees, categories: ['Red'], location: 'Here' })
    const { itemId, changeKey } = await create(gateway, mailbox, { appointment })
    const empty = anAppointment({ ...emptied, attendees: [] })
    const fields = [
      'subject',
      'body',
      'location',
      'categories',
      'attendees',
      'reminderMinutesBeforeStart',
    ] as const
    await gateway.updateItems(mailbox, [{ itemId, changeKey, fields, appointment: empty, send: 'none' }])
    expect((await read(gateway, mailbox, itemId)).appointment).toEqual(empty)
  })

  test('refuses an update of an item that changed, and leaves it as it is', async () => {
    const { gateway, mailbox, userUpdates } = await open()
    const { itemId, changeKey } = await create(gateway, mailbox)
    userUpdates(itemId, { subject: "The user's" })
    const update = {
      itemId,
      changeKey,
      fields: ['subject'],
      appointment: anAppointment(),
      send: 'none',
    } as const
    expect(error(await gateway.updateItems(mailbox, [update]))).toBeInstanceOf(ItemChangedError)
    expect((await read(gateway, mailbox, itemId)).appointment?.subject).toBe("The user's")
  })

  test('gives a result for each item, in the order of the request, whatever becomes of its neighbours', async () => {
    const { gateway, mailbox } = await open()
    const creations = Array.from({ length: 23 }, (_, index) => creation(`APP-${index}`))
    const created = await gateway.createItems(mailbox, creations)
    const ids = created.map((result) => (result.ok ? result.value.itemId : 'missing'))
    await gateway.deleteItems(mailbox, [{ itemId: ids[7] as string, send: 'none' }])
    const found = await gateway.getItems(mailbox, ids)
    const stamps = found.map((result) => (result.ok ? result.value.stamp?.appointmentId : result.error.name))
    expect(stamps).toEqual(creations.map((_, index) => (index === 7 ? 'ItemGoneError' : `APP-${index}`)))
  })

  test('takes an item that is gone already for deleted', async () => {
    const { gateway, mailbox } = await open()
    const { itemId } = await create(gateway, mailbox)
    const deletion = { itemId, send: 'none' } as const
    expect(await gateway.deleteItems(mailbox, [deletion])).toMatchObject([{ ok: true }])
    expect(await gateway.deleteItems(mailbox, [deletion])).toMatchObject([{ ok: true }])
    const [result] = await gateway.getItems(mailbox, [itemId])
    expect(result?.ok === false && result.error).toBeInstanceOf(ItemGoneError)
  })

  test('sends mails when asked to, and only then', async () => {
    const { gateway, mailbox, colleague, mails } = await open()
    const appointment = anAppointment({ attendees: [{ address: colleague, type: 'required' }] })
    const quiet = await create(gateway, mailbox, { appointment })
    const changed = { ...appointment, subject: 'Changed' }
    const update = { ...quiet, fields: ['subject'], appointment: changed, send: 'none' } as const
    const { itemId } = value(await gateway.updateItems(mailbox, [update]))
    await gateway.deleteItems(mailbox, [{ itemId, send: 'none' }])
    expect(mails()).toBe(0)

    const loud = await create(gateway, mailbox, { appointment, send: 'all' })
    expect(mails()).toBe(1)
    const written = value(await gateway.updateItems(mailbox, [{ ...update, ...loud, send: 'changed' }]))
    await gateway.deleteItems(mailbox, [{ itemId: written.itemId, send: 'all' }])
    expect(mails()).toBeGreaterThan(1)
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

  test('finds items by stamp, and apart from them those that were deleted', async () => {
    const { gateway, mailbox, userDeletes } = await open()
    const ids = [await create(gateway, mailbox), await create(gateway, mailbox)].map(({ itemId }) => itemId)
    await gateway.createItems(mailbox, [creation('APP-1')])
    const found = await gateway.findByStamp(mailbox, stamp.appointmentId)
    expect(found.map(({ itemId }) => itemId).toSorted()).toEqual(ids.toSorted())
    expect(found).toMatchObject([{ stamp }, { stamp }])
    expect(await gateway.findByStamp(mailbox, 'APP-9')).toEqual([])
    expect(await gateway.findDeletedByStamp(mailbox, stamp.appointmentId)).toEqual([])
    userDeletes(ids[0]!)
    expect(await gateway.findDeletedByStamp(mailbox, stamp.appointmentId)).toMatchObject([{ stamp }])
    expect(await gateway.findByStamp(mailbox, stamp.appointmentId)).toMatchObject([{ itemId: ids[1] }])
  })

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

function fieldsOf(changes: Partial<Appointment>) {
  const names = Object.keys(changes) as (keyof Appointment)[]
  return [
    ...new Set(
      names.map((name) => (name === 'start' || name === 'end' || name === 'isAllDay' ? 'when' : name)),
    ),
  ]
}

function creation(appointmentId: string): Creation {
  return { appointment: anAppointment(), stamp: { ...stamp, appointmentId }, send: 'none' }
}

async function create(gateway: CalendarGateway, mailbox: string, changes: Partial<Creation> = {}) {
  return value(await gateway.createItems(mailbox, [{ ...creation(stamp.appointmentId), ...changes }]))
}

async function read(gateway: CalendarGateway, mailbox: string, itemId: string): Promise<CalendarItem> {
  return value(await gateway.getItems(mailbox, [itemId]))
}

async function syncAll(gateway: CalendarGateway, mailbox: string, from: string | undefined) {
  const changes: ItemChange[] = []
  let cursor = from
  for (;;) {
    const page = await gateway.sync(mailbox, cursor)
    changes.push(...page.changes)
    cursor = page.cursor
    if (page.isLast) return { changes, cursor }
  }
}

function heads(changes: readonly ItemChange[]) {
  return changes.flatMap((change) => (change.kind === 'present' ? [change.head] : []))
}

function value<Value>(results: readonly ItemResult<Value>[]): Value {
  const [result] = results
  if (result?.ok) return result.value
  throw result?.error ?? new Error('no result')
}

function error<Value>(results: readonly ItemResult<Value>[]): unknown {
  const [result] = results
  return result?.ok === false ? result.error : undefined
}
