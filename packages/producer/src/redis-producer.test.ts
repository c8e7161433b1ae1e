import { createLedger } from '@lockstep/ledger'
import { eventually, redisProxy, testRedis } from '@lockstep/runtime/testing'
import { expect, onTestFinished, test } from 'vitest'
import { type AppointmentEvent, createRedisProducer } from './index.ts'

const event: AppointmentEvent = {
  type: 'appointment.created',
  mailbox: 'alice@contoso.example',
  appointmentId: 'APP-1',
  version: 1,
  appointment: {
    subject: 'Site visit',
    start: { dateTime: '2027-03-28T09:00:00', timeZone: 'Europe/Amsterdam' },
    end: { dateTime: '2027-03-28T10:00:00', timeZone: 'Europe/Amsterdam' },
  },
}

test('puts events straight into the ledger, with the same admission', async () => {
  const { producer, stateOf } = await setUp()
  const secret: AppointmentEvent = {
    ...event,
    appointmentId: 'APP-2',
    appointment: { ...event.appointment, sensitivity: 'private' },
  }
  const broken: AppointmentEvent = { ...event, version: 0 }

  expect((await producer.send([event, secret, broken])).map(({ status }) => status)).toEqual([
    'accepted',
    'refused',
    'invalid',
  ])
  expect((await stateOf('APP-1'))?.record.wanted).toMatchObject({
    kind: 'present',
    appointment: { subject: 'Site visit' },
  })
  expect((await stateOf('APP-2'))?.record.wanted).toMatchObject({ kind: 'absent', reason: 'private' })
})

test('asks to come again later while Redis is away', async () => {
  const { producer, proxy } = await setUp()
  await producer.send([event])
  await proxy.goDown()
  const startedAt = performance.now()
  await expect(producer.send([event])).rejects.toMatchObject({ name: 'LockstepUnavailableError' })
  expect(performance.now() - startedAt).toBeLessThan(2_000)
  await proxy.comeBack()
  await eventually(async () => expect(await producer.send([event])).toMatchObject([{ status: 'stale' }]))
})

async function setUp() {
  const { redis, prefix } = testRedis()
  const proxy = await redisProxy()
  const ledger = createLedger(redis, { prefix })
  const mailbox = await ledger.enable('alice@contoso.example', 1)
  const producer = createRedisProducer({ redisUrl: proxy.url, prefix, source: '/apps/crm' })
  onTestFinished(() => producer.close())
  return { producer, proxy, stateOf: (appointmentId: string) => ledger.state(mailbox.id, appointmentId) }
}
