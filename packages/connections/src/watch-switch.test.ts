import { createLedger } from '@lockstep/ledger'
import { connectRedis, createLogger, ready } from '@lockstep/runtime'
import { redisProxy, testRedis } from '@lockstep/runtime/testing'
import { Registry } from 'prom-client'
import { expect, onTestFinished, test } from 'vitest'
import { watchSwitch } from './watch-switch.ts'

const by = { by: 'Olga', nowMs: Date.now() }

test('says of how many mailboxes a direction is off, and whether it is off for all', async () => {
  const { ledger, metrics } = await setUp()
  const { id } = await ledger.enable('alice@contoso.example', Date.now())
  await ledger.enable('bob@contoso.example', Date.now())
  expect(await metrics()).toEqual({ lockstep_direction_off: 0, lockstep_mailboxes_off: 0 })
  await ledger.changeSettings(id, { outbound: 'off', inbound: 'off' }, by)
  expect(await metrics()).toEqual({ lockstep_direction_off: 0, lockstep_mailboxes_off: 1 })
  await ledger.changeSettings(undefined, { outbound: 'off' }, by)
  expect(await metrics()).toEqual({ lockstep_direction_off: 1, lockstep_mailboxes_off: 2 })
  await ledger.changeSettings(undefined, { outbound: null, inbound: 'off' }, by)
  await ledger.changeSettings(id, { outbound: 'on' }, by)
  expect(await metrics()).toEqual({ lockstep_direction_off: 0, lockstep_mailboxes_off: 0 })
})

test('while Redis is away nothing is said, rather than that all is on', async () => {
  const proxy = await redisProxy()
  const { metrics } = await setUp(proxy.url)
  await proxy.goDown()
  expect(await metrics()).toEqual({})
})

async function setUp(redisUrl?: string) {
  const { url, prefix } = testRedis()
  const redis = connectRedis(redisUrl ?? url, { role: 'ledger', log: createLogger('test', 'silent') })
  onTestFinished(() => redis.disconnect())
  const ledger = createLedger(redis, { prefix })
  await ready(redis, 2_000)
  await ledger.open()
  return {
    ledger,
    /** As somebody finds them who has not asked for a while. */
    async metrics() {
      const registry = new Registry()
      watchSwitch(registry, { direction: 'outbound', read: () => ledger.switchedOff('outbound') })
      const found = await registry.getMetricsAsJSON()
      return Object.fromEntries(
        found.flatMap(({ name, values }) =>
          (values as { value: number; labels: object }[]).map(({ value, labels }) => {
            expect(labels).toEqual({ direction: 'outbound' })
            return [name, value]
          }),
        ),
      )
    },
  }
}
