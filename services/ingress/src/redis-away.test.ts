import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@lockstep/runtime/testing'
import { startRedis } from '@lockstep/local'
import { anEvent } from '@lockstep/producer/testing'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { created, notification } from './testing/notification.ts'
import { alice, postTo, startTestIngress } from './testing/start.ts'

describe('while Redis is away', () => {
  test('everything is answered at once with 503 and Retry-After, and works again afterwards', async () => {
    const { redis, startAgain, ingress } = await setUp()
    expect((await ingress.post(anEvent({ data: { version: 1 } }))).status).toBe(202)
    const token = await ingress.ledger.newToken()
    await redis.stop()

    const requests = {
      event: () => ingress.post(anEvent({ data: { version: 2 } })),
      batch: () => ingress.post([anEvent({ data: { version: 2 } })]),
      notification: () =>
        postTo(`${ingress.url}/exchange/notifications/${token}`, notification(created), {
          'Content-Type': 'text/xml',
        }),
    }
    for (const [name, send] of Object.entries(requests)) {
      const startedAt = performance.now()
      const { status, headers, json } = await send()
      expect({ name, status, retryAfter: headers.get('retry-after') }).toEqual({
        name,
        status: 503,
        retryAfter: '2',
      })
      expect(json).toMatchObject({ status: 503, mend: expect.stringMatching(/again/) })
      expect(performance.now() - startedAt).toBeLessThan(2_000)
    }
    expect((await ingress.get('/readyz')).status).toBe(503)
    expect((await ingress.get('/healthz')).status).toBe(200)
    expect((await ingress.get('/metrics')).status).toBe(200)

    await startAgain()
    await eventually(async () =>
      expect((await ingress.post(anEvent({ data: { version: 2 } }))).status).toBe(202),
    )
    const { body } = await ingress.read(`/v1/appointments/${alice}/APP-1042`)
    expect(body).toMatchObject({ wanted: { version: 2 } })
  })

  test('a Redis that is full is the same, and nothing is half stored', async () => {
    const { redis, ingress } = await setUp()
    await ingress.post(anEvent({ data: { version: 1 } }))
    const operator = new Redis(redis.url)
    onTestFinished(() => operator.disconnect())
    await operator.config('SET', 'maxmemory', '1')

    expect(await ingress.post(anEvent({ data: { version: 2 } }))).toMatchObject({ status: 503 })
    await operator.config('SET', 'maxmemory', '0')
    const { body } = await ingress.read(`/v1/appointments/${alice}/APP-1042`)
    expect(body).toMatchObject({ wanted: { version: 1 } })
    expect(await ingress.post(anEvent({ data: { version: 2 } }))).toMatchObject({ status: 202 })
  })
})

/** An ingress with a Redis of its own, which may be stopped. */
async function setUp() {
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-ingress-redis-'))
  const options = { dir, appendfsync: 'everysec' } as const
  const redis = await startRedis(options)
  let running = redis
  onTestFinished(async () => {
    await running.stop()
    await rm(dir, { recursive: true })
  })
  const ingress = await startTestIngress({ redisUrl: redis.url })
  const startAgain = async () => void (running = await startRedis({ ...options, port: redis.port }))
  return { redis, startAgain, ingress }
}
