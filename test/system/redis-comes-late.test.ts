import { loadConfig as loadInboundConfig, startInboundWorker } from '@lockstep/inbound-worker'
import { loadConfig as loadIngressConfig, startIngress } from '@lockstep/ingress'
import { loadConfig as loadOutboundConfig, startOutboundWorker } from '@lockstep/outbound-worker'
import { createLogger } from '@lockstep/runtime'
import { startSimulator } from '@lockstep/exchange-simulator'
import { createLedger } from '@lockstep/ledger'
import { freePort } from '@lockstep/local'
import { eventually, redisProxy, testRedis } from '@lockstep/runtime/testing'
import { expect, onTestFinished, test } from 'vitest'
import { listeningLogger } from '../support/at-rest.ts'
import { systemClient } from '../support/client.ts'
import { appointment, event } from '../support/events.ts'
import { privateRedis } from '../support/private-redis.ts'
import { alice } from '../support/system.ts'

test('services that start before Redis say so, are not ready, and begin when it is there', async () => {
  const redis = await privateRedis()
  await redis.stop()
  const simulator = await startSimulator({ seed: false })
  onTestFinished(() => simulator.close())
  const [ingressPort, outboundPort, inboundPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
  ] as const
  const env = envOf(redis.url, simulator, {
    INGRESS_PORT: String(ingressPort),
    OUTBOUND_WORKER_PORT: String(outboundPort),
    INBOUND_WORKER_PORT: String(inboundPort),
  })
  const lines: string[] = []
  const log = createLogger('test', 'info', { write: (line) => void lines.push(line) })
  const starting = [
    startIngress(loadIngressConfig(env), { log }),
    startOutboundWorker(loadOutboundConfig(env), log),
    startInboundWorker(loadInboundConfig(env), log),
  ]
  onTestFinished(async () => void (await Promise.all(starting.map(async (each) => (await each).close()))))

  for (const port of [ingressPort, outboundPort, inboundPort]) {
    await eventually(async () => expect(await statusOf(`http://127.0.0.1:${port}/readyz`)).toBe(503))
  }
  const { send, settled } = systemClient(`http://127.0.0.1:${ingressPort}`)
  const anEvent = event({ id: 'A1', version: 1 }, appointment())
  expect(await send(anEvent)).toMatchObject({ status: 503, retryAfter: '2' })
  const away = 'redis is away: all work waits, trying to connect again and again'
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { service: 'test', level: 'warn', msg: away, reason: expect.stringContaining('ECONNREFUSED') },
    { msg: away },
    { msg: away },
  ])

  await redis.startAgain()
  await Promise.all(starting)
  for (const port of [ingressPort, outboundPort, inboundPort]) {
    await eventually(async () => expect(await statusOf(`http://127.0.0.1:${port}/readyz`)).toBe(200))
  }
  expect(await send(anEvent)).toMatchObject({ status: 202 })
  await settled(alice, 'A1', 1)
})

test('a Redis that goes away again while a worker starts is waited for as well', async () => {
  const proxy = await redisProxy()
  const simulator = await startSimulator({ seed: false })
  onTestFinished(() => simulator.close())
  const { redis, prefix } = testRedis()
  await createLedger(redis, { prefix }).enable(alice, Date.now())
  const port = await freePort()
  const env = envOf(proxy.url, simulator, { KEY_PREFIX: prefix, INBOUND_WORKER_PORT: String(port) })
  const { log, lines } = listeningLogger()
  proxy.goDownAt(':due:inbound')
  const starting = startInboundWorker(loadInboundConfig(env), log)
  onTestFinished(async () => (await starting).close())
  await eventually(() => expect(lines.join()).toContain('redis is away'))
  expect(await statusOf(`http://127.0.0.1:${port}/readyz`)).toBe(503)
  await proxy.comeBack()
  await starting
  await eventually(async () => expect(await statusOf(`http://127.0.0.1:${port}/readyz`)).toBe(200))
  expect(lines.filter((line) => line.includes('"stack"'))).toEqual([])
})

function envOf(redisUrl: string, simulator: { url: string }, ports: Record<string, string>) {
  return {
    REDIS_URL: redisUrl,
    EWS_URL: simulator.url,
    EWS_USERNAME: 'svc-lockstep@contoso.example',
    EWS_PASSWORD: 'lockstep',
    MAILBOXES: alice,
    FINGERPRINT_KEY: 'test-key',
    PRODUCER_API_KEYS: 'test',
    NOTIFICATIONS: 'poll',
    ...ports,
  }
}

async function statusOf(url: string): Promise<number> {
  return (await fetch(url)).status
}
