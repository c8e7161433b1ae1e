import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { anAppointment, startApplication } from './testing/start.ts'
import { SECRET, tellChange } from './testing/stub-lockstep.ts'

const sentOf = ({ taken }: { taken: { type: string; data: Record<string, unknown> }[] }) =>
  taken.map(({ type, data }) => [type.split('.')[1], data['version'], data['basedOn']])

describe('sending', () => {
  test('sends each version in order, with the last revision applied', async () => {
    const { create, edit, cancel, lockstep } = await startApplication()
    const { appointmentId } = await create()
    await edit(appointmentId, { subject: 'Later' })
    await cancel(appointmentId)

    await eventually(() =>
      expect(sentOf(lockstep)).toEqual([
        ['created', 1, 0],
        ['updated', 2, 0],
        ['cancelled', 3, 0],
      ]),
    )
    expect(lockstep.taken[1]?.data).toMatchObject({ appointmentId, appointment: { subject: 'Later' } })
    expect(lockstep.taken[2]?.data).not.toHaveProperty('appointment')
  })

  test('loses nothing while Lockstep is down', async () => {
    const { create, edit, lockstep } = await startApplication()
    lockstep.goDown()
    const { appointmentId } = await create()
    await edit(appointmentId, { subject: 'Made while it was down' })
    lockstep.comeBack()
    await eventually(() => expect(sentOf(lockstep).map(([, version]) => version)).toEqual([1, 2]))
  })

  test('a killed application sends what it had not sent before', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'sample-application-'))
    onTestFinished(() => rmSync(dataDir, { recursive: true }))
    const before = await startApplication({ dataDir })
    before.lockstep.goDown()
    const { appointmentId } = await before.create()

    // What the next process finds is what is on the disk now: the first one is not asked to close anything.
    const after = await startApplication({ dataDir })
    await eventually(() => expect(after.lockstep.taken[0]?.data).toMatchObject({ appointmentId, version: 1 }))
    expect((await after.list()).map((held) => held.appointmentId)).toEqual([appointmentId])
  })

  test('an event that is invalid does not hold up the others', async () => {
    const { create, lockstep } = await startApplication()
    lockstep.answerWith(({ data }) => ({ status: data['version'] === 1 ? 'invalid' : 'accepted' }))
    await create()
    await create()
    await eventually(() => expect(lockstep.taken).toHaveLength(2))
    const { appointmentId } = await create()
    await eventually(() => expect(lockstep.taken.at(-1)?.data).toMatchObject({ appointmentId }))
    expect(lockstep.taken).toHaveLength(3)
  })
})

describe('receiving', () => {
  const created = { type: 'created', revision: 1, changed: ['subject'], appointment: anAppointment() }

  test('keeps what was made in Exchange under the id that Lockstep gave, and sends nothing back', async () => {
    const { url, list, edit, lockstep } = await startApplication()
    expect((await tellChange(url, 'EX-1', created)).status).toBe(204)
    expect(await list()).toMatchObject([
      {
        appointmentId: 'EX-1',
        version: 0,
        revision: 1,
        cancelled: false,
        appointment: { subject: 'Site visit' },
      },
    ])
    await edit('EX-1', { subject: 'Mine' })
    await eventually(() => expect(sentOf(lockstep)).toEqual([['updated', 1, 1]]))
  })

  test('applies only the properties that changed', async () => {
    const { url, create, list, lockstep } = await startApplication()
    const { appointmentId } = await create(anAppointment({ subject: 'Ours', location: 'Room 4' }))
    await eventually(() => expect(lockstep.taken).toHaveLength(1))

    const appointment = anAppointment({ subject: 'Older than ours', location: 'Room 5' })
    const change = { type: 'updated', revision: 1, applicationVersion: 1, changed: ['location'], appointment }
    expect((await tellChange(url, appointmentId, change)).status).toBe(204)
    expect(await list()).toMatchObject([
      { version: 1, revision: 1, appointment: { subject: 'Ours', location: 'Room 5' } },
    ])
  })

  test('acknowledges what it knows without applying it again', async () => {
    const { url, list, edit } = await startApplication()
    await tellChange(url, 'EX-1', created, { deliveryId: 'change_1' })
    await edit('EX-1', { subject: 'Mine' })
    expect((await tellChange(url, 'EX-1', created, { deliveryId: 'change_1' })).status).toBe(204)
    expect((await tellChange(url, 'EX-1', created, { deliveryId: 'change_2' })).status).toBe(204)
    expect(await list()).toMatchObject([{ appointment: { subject: 'Mine' } }])
  })

  test.each(['cancelled', 'withdrawn'])('takes away what was %s', async (type) => {
    const { url, list, call } = await startApplication()
    await tellChange(url, 'EX-1', created)
    expect((await tellChange(url, 'EX-1', { type, revision: 2 })).status).toBe(204)
    expect(await list()).toEqual([])
    const { body } = await call('GET', '/api/appointments?mailbox=alice@contoso.example&cancelled=true')
    expect(body['appointments']).toMatchObject([{ appointmentId: 'EX-1', cancelled: true, revision: 2 }])
  })

  test('hides what it has hidden, and brings back nothing for that', async () => {
    const { url, list } = await startApplication()
    const hiding = { type: 'updated', changed: ['sensitivity'], appointment: { sensitivity: 'private' } }
    await tellChange(url, 'EX-1', created)
    expect((await tellChange(url, 'EX-1', { ...hiding, revision: 2 })).status).toBe(204)
    expect(await list()).toMatchObject([
      { revision: 2, appointment: { subject: 'Site visit', sensitivity: 'private' } },
    ])
    await tellChange(url, 'EX-1', { type: 'cancelled', revision: 3 })
    expect((await tellChange(url, 'EX-1', { ...hiding, revision: 4 })).status).toBe(204)
    expect((await tellChange(url, 'EX-2', { ...hiding, revision: 1 })).status).toBe(204)
    expect(await list()).toEqual([])
  })

  test('brings back what was withdrawn and may cross again', async () => {
    const { url, list } = await startApplication()
    await tellChange(url, 'EX-1', created)
    await tellChange(url, 'EX-1', { type: 'withdrawn', revision: 2 })
    await tellChange(url, 'EX-1', {
      ...created,
      revision: 3,
      appointment: anAppointment({ subject: 'Again' }),
    })
    expect(await list()).toMatchObject([{ revision: 3, appointment: { subject: 'Again' } }])
  })
})

describe('a version that Lockstep has not merged yet', () => {
  const update = { type: 'updated', revision: 2, changed: ['subject'], appointment: anAppointment() }

  test('is named with 409, and the change waits until it is merged', async () => {
    const { url, list, edit, lockstep } = await startApplication()
    await tellChange(url, 'EX-1', { ...update, type: 'created', revision: 1 })
    lockstep.goDown()
    await edit('EX-1', { location: 'Ours' })
    const answer = await tellChange(url, 'EX-1', update, { deliveryId: 'change_1' })
    expect(answer).toEqual({ status: 409, body: '{"version":1}' })
    expect(await list()).toMatchObject([{ revision: 1 }])

    const merged = { ...update, applicationVersion: 1 }
    expect((await tellChange(url, 'EX-1', merged, { deliveryId: 'change_1' })).status).toBe(204)
    expect(await list()).toMatchObject([{ revision: 2, appointment: { location: 'Ours' } }])
  })

  test('is named also when it was taken but is not merged', async () => {
    const { url, create, lockstep } = await startApplication()
    const { appointmentId } = await create()
    await eventually(() => expect(lockstep.taken).toHaveLength(1))
    expect((await tellChange(url, appointmentId, update)).status).toBe(409)
  })

  test('does not stop a withdrawal', async () => {
    const { url, create, list, lockstep } = await startApplication()
    lockstep.goDown()
    const { appointmentId } = await create()
    expect((await tellChange(url, appointmentId, { type: 'withdrawn', revision: 1 })).status).toBe(204)
    expect(await list()).toEqual([])
  })

  test('is not waited for if Lockstep will never take it', async () => {
    const { url, create, lockstep, edit } = await startApplication()
    lockstep.answerWith(({ data }) => ({ status: data['version'] === 2 ? 'invalid' : 'accepted' }))
    const { appointmentId } = await create()
    await edit(appointmentId, { subject: 'Not taken' })
    await eventually(async () => {
      const answer = await tellChange(url, appointmentId, { ...update, applicationVersion: 1 })
      expect(answer.status).toBe(204)
    })
  })
})

describe('signatures', () => {
  const change = { type: 'created', revision: 1, appointment: anAppointment() }

  test.each([
    ['another secret', { secret: `whsec_${Buffer.from('another').toString('base64')}` }],
    ['another body', { tamper: (body: string) => body.replace('Site visit', 'Site fisit') }],
    ['an old timestamp', { signedAt: new Date(Date.now() - 6 * 60_000) }],
  ])('refuses %s with a problem document', async (_what, signing) => {
    const { url, list } = await startApplication()
    const { status, body } = await tellChange(url, 'EX-1', change, signing)
    expect(status).toBe(401)
    expect(JSON.parse(body)).toMatchObject({
      status: 401,
      mend: expect.stringContaining('APPLICATION_WEBHOOK_SECRET'),
    })
    expect(await list()).toEqual([])
  })

  test('accepts two secrets while one replaces the other', async () => {
    const next = `whsec_${Buffer.from('the next secret').toString('base64')}`
    const { url } = await startApplicationWith([SECRET, next])
    expect((await tellChange(url, 'EX-1', change)).status).toBe(204)
    expect((await tellChange(url, 'EX-2', change, { secret: next })).status).toBe(204)
  })
})

async function startApplicationWith(secrets: string[]) {
  return startApplication({ lockstep: { url: 'http://127.0.0.1:9', apiKey: 'demo', secrets } })
}
