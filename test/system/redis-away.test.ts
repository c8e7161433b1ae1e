import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { aToken, notify } from '../support/notifications.ts'
import { privateRedis } from '../support/private-redis.ts'
import { alice, bob, startSystem, type System } from '../support/system.ts'

const start = { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' }
const end = { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' }
const ids = Array.from({ length: 30 }, (_, index) => `A${index}`)

describe('while Redis is stopped', () => {
  test('events and notifications get 503 at once, and all that was accepted settles when it is back', async () => {
    const redis = await privateRedis()
    const system = await startSystem({ redisUrl: redis.url })
    const { send, settled, simulator, application } = system
    await system.synced(bob)

    simulator.faults.add({ kind: 'latency', ms: 50 })
    expect(await send(...ids.map((id) => event({ id, version: 1 }, appointment())))).toMatchObject({
      status: 202,
    })
    const token = await aToken(system.env)
    await redis.stop()
    await expectUnavailable(system, token)
    simulator.userCreates(bob, { subject: 'Made meanwhile', start, end })

    await redis.startAgain()
    await eventually(async () => expect(await post(system)).toMatchObject({ status: 202 }))
    for (const id of [...ids, 'later']) await settled(alice, id, 1, 20_000)
    expect(simulator.calendarOf(alice)).toHaveLength(ids.length + 1)
    await eventually(
      () => expect(application.received).toMatchObject([{ type: 'appointment.created' }]),
      10_000,
    )
  }, 40_000)
})

const post = ({ send }: System) => send(event({ id: 'later', version: 1 }, appointment()))

async function expectUnavailable(system: System, token: string): Promise<void> {
  const askAsExchange = async () => {
    const { status, headers } = await notify(system.ingressUrl, token)
    return { status, retryAfter: headers.get('retry-after') }
  }
  for (const ask of [() => post(system), askAsExchange]) {
    const startedAt = performance.now()
    expect(await ask()).toMatchObject({ status: 503, retryAfter: '2' })
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  }
}
