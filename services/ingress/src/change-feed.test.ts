import { ExchangeUnavailableError } from '@lockstep/exchange'
import { MemoryCalendarGateway, type UserItem } from '@lockstep/exchange/testing'
import { changeSchema } from '@lockstep/producer'
import { describe, expect, test } from 'vitest'
import { alice, bob, startTestIngress } from './testing/start.ts'

describe('GET /v1/changes', () => {
  test('tells what changed, with the content that Exchange holds now', async () => {
    const { gateway, itemOf, changed, changes } = await setUp()
    const itemId = await itemOf(alice, 'a1', { subject: 'Site visit' })
    await changed(alice, 'a1', 'created')
    gateway.userUpdates(alice, itemId, { subject: 'Site visit, moved' })

    const { status, body } = await changes()
    expect(status).toBe(200)
    expect(body.cursor).toBe(1)
    expect(changeSchema.parse(body.changes[0])).toMatchObject({
      type: 'appointment.created',
      data: {
        mailbox: alice,
        appointmentId: 'a1',
        revision: 1,
        changed: ['subject'],
        appointment: { subject: 'Site visit, moved', recurrence: null },
      },
    })
  })

  test('goes on from a cursor, in order over all mailboxes', async () => {
    const { itemOf, changed, changes } = await setUp()
    await itemOf(alice, 'a1')
    await itemOf(bob, 'b1')
    await changed(alice, 'a1', 'created')
    await changed(bob, 'b1', 'created')
    await changed(alice, 'a1', 'cancelled')

    const { body: first } = await changes('?limit=2')
    expect(idsIn(first)).toEqual(['a1 created', 'b1 created'])
    const { body: second } = await changes(`?after=${first.cursor}`)
    expect(idsIn(second)).toEqual(['a1 cancelled'])
    expect((await changes(`?after=${second.cursor}`)).body).toEqual({ cursor: 3, changes: [] })
  })

  test.each<[string, UserItem]>([
    ['private', { sensitivity: 'private' }],
    ['recurring', { isRecurring: true }],
    ['personal, where personal ones may not cross', { sensitivity: 'personal' }],
  ])('tells nothing of what became %s, only that it was withdrawn', async (_why, became) => {
    const { gateway, itemOf, changed, changes } = await setUp({ refusePersonal: true })
    const itemId = await itemOf(alice, 'a1', { subject: 'merger' })
    await changed(alice, 'a1', 'created')
    gateway.userUpdates(alice, itemId, became)
    await changed(alice, 'a1', 'withdrawn', 'private')

    const { body } = await changes()
    expect(idsIn(body)).toEqual(['a1 withdrawn'])
    expect(JSON.stringify(body)).not.toContain('merger')
  })

  test('leaves out what is gone by now', async () => {
    const { gateway, itemOf, changed, changes } = await setUp()
    gateway.userDeletes(alice, await itemOf(alice, 'a1'))
    await changed(alice, 'a1', 'created')
    await changed(alice, 'a1', 'cancelled')
    expect(idsIn((await changes()).body)).toEqual(['a1 cancelled'])
  })

  test('tells what the application has hidden itself, though nothing of it is there any more', async () => {
    const { ledger, itemOf, gateway, changes } = await setUp()
    gateway.userDeletes(alice, await itemOf(alice, 'a1'))
    const { id } = (await ledger.find(alice))!
    await ledger.appendChange(id, {
      appointmentId: 'a1',
      kind: 'updated',
      revision: 2,
      applicationVersion: 2,
      changed: ['sensitivity'],
      hides: 'private',
      atMs: Date.now(),
    })
    const [change] = (await changes()).body.changes
    expect(changeSchema.parse(change).data).toMatchObject({
      changed: ['sensitivity'],
      appointment: { sensitivity: 'private' },
    })
  })

  test('reads the items of a mailbox in one call', async () => {
    const { gateway, itemOf, changed, changes } = await setUp()
    for (const id of ['a1', 'a2', 'a3']) {
      await itemOf(alice, id)
      await changed(alice, id, 'created')
      await changed(alice, id, 'updated')
    }
    expect((await changes()).body.changes).toHaveLength(6)
    expect(gateway.calls['getItems']).toBe(1)
  })

  test('asks to come again while Exchange is away', async () => {
    const { gateway, itemOf, changed, get } = await setUp()
    await itemOf(alice, 'a1')
    await changed(alice, 'a1', 'created')
    gateway.goDown(new ExchangeUnavailableError('ErrorServerBusy', 6_500, { effect: 'none' }))
    const response = await get('/v1/changes')
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '7'])
  })

  test('says where to begin anew when changes are not kept any more', async () => {
    const { changed, changes } = await setUp()
    await changed(alice, 'a1', 'cancelled')
    expect(await changes('?after=99')).toMatchObject({
      status: 410,
      body: { mend: expect.stringContaining('after=1') },
    })
  })

  test('says so where there is no Exchange to read from', async () => {
    const { read } = await startTestIngress()
    expect((await read('/v1/changes')).status).toBe(501)
  })
})

type Feed = { cursor: number; changes: { type: string; data: { appointmentId: string } }[] }

async function setUp(options: { refusePersonal?: boolean } = {}) {
  const gateway = new MemoryCalendarGateway()
  const ingress = await startTestIngress({ gateway, ...options })
  const { ledger } = ingress
  const revisions = new Map<string, number>()

  /** An item in Exchange that the ledger knows as this appointment. */
  const itemOf = async (mailbox: string, appointmentId: string, entered: UserItem = {}) => {
    const { id } = (await ledger.find(mailbox))!
    const itemId = gateway.userCreates(mailbox, entered)
    const item = { itemId, uid: itemId, role: 'organizer', stamped: false } as const
    await ledger.mark(id, { appointmentId, kind: 'look', item }, Date.now())
    return itemId
  }
  const changed = async (
    mailbox: string,
    appointmentId: string,
    kind: 'created' | 'updated' | 'cancelled' | 'withdrawn',
    reason?: string,
  ) => {
    const { id } = (await ledger.find(mailbox))!
    const revision = (revisions.get(appointmentId) ?? 0) + 1
    revisions.set(appointmentId, revision)
    const entry = {
      appointmentId,
      kind,
      revision,
      applicationVersion: 0,
      changed: ['subject'],
      atMs: Date.now(),
    }
    await ledger.appendChange(id, { ...entry, ...(reason && { reason }) })
  }
  const changes = async (query = '') => {
    const { status, body } = await ingress.read(`/v1/changes${query}`)
    return { status, body: body as unknown as Feed }
  }
  return { ...ingress, gateway, itemOf, changed, changes }
}

function idsIn({ changes }: Feed): string[] {
  return changes.map(({ type, data }) => `${data.appointmentId} ${type.replace('appointment.', '')}`)
}
