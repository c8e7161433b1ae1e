import { loadConfig as loadInboundConfig, startInboundWorker } from '@lockstep/inbound-worker'
import { loadConfig as loadIngressConfig, startIngress } from '@lockstep/ingress'
import { loadConfig as loadOutboundConfig, startOutboundWorker } from '@lockstep/outbound-worker'
import { createLogger } from '@lockstep/runtime'
import { startSimulator } from '@lockstep/exchange-simulator'
import { eventually } from '@lockstep/runtime/testing'
import { expect, onTestFinished, test } from 'vitest'
import { systemClient } from '../support/client.ts'
import { appointment, event } from '../support/events.ts'
import { freePort } from '../support/ports.ts'
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
  const env = {
    REDIS_URL: redis.url,
    EWS_URL: simulator.url,
    EWS_USERNAME: 'svc-lockstep@contoso.example',
    EWS_PASSWORD: 'lockstep',
    MAILBOXES: alice,
    FINGERPRINT_KEY: 'test-key',
    PRODUCER_API_KEYS: 'test',
    NOTIFICATIONS: 'poll',
    INGRESS_PORT: String(ingressPort),
    OUTBOUND_WORKER_PORT: String(outboundPort),
    INBOUND_WORKER_PORT: String(inboundPort),
  }
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
  expect(lines.join()).toContain('redis is away')

  await redis.startAgain()
  await Promise.all(starting)
  for (const port of [ingressPort, outboundPort, inboundPort]) {
    await eventually(async () => expect(await statusOf(`http://127.0.0.1:${port}/readyz`)).toBe(200))
  }
  expect(await send(anEvent)).toMatchObject({ status: 202 })
  await settled(alice, 'A1', 1)
}, 40_000)

async function statusOf(url: string): Promise<number> {
  return (await fetch(url)).status
}
