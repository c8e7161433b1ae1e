import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { createLogger } from './logger.ts'
import { watchExchange } from './watch-exchange.ts'

const end = Date.parse('2027-01-31T00:00:00Z')

test('of several accounts, that counts which ends first', async () => {
  const registry = new Registry()
  const { onCertificate } = watchExchange(registry, createLogger('test', 'silent'))
  const told = async () => {
    const found = await registry
      .getSingleMetric('lockstep_exchange_certificate_expiry_timestamp_seconds')!
      .get()
    return Object.fromEntries(found.values.map(({ labels, value }) => [labels['use'], value * 1_000]))
  }
  onCertificate({ use: 'secret', account: 'one', fingerprint: 'a', validToMs: end })
  onCertificate({ use: 'secret', account: 'two', fingerprint: 'b', validToMs: end + 5 })
  onCertificate({ use: 'server', fingerprint: 'c', validToMs: end + 9_000 })
  expect(await told()).toEqual({ secret: end, server: end + 9_000 })
  onCertificate({ use: 'secret', account: 'one', fingerprint: 'd', validToMs: end + 90_000 })
  expect(await told()).toMatchObject({ secret: end + 5 })
})
