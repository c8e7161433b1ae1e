// Everything on premises, Exchange in the cloud, nothing may come in: streaming through a forward proxy: docs/topologies.md.
import { test } from 'vitest'
import { createAuthority } from './support/certificates.ts'
import { missingFor } from './support/missing.ts'
import { createNetwork } from './support/network.ts'
import { startForwardProxy } from './support/programs.ts'
import {
  expectBothWays,
  expectSilent,
  oauth,
  startApplication,
  startExchange,
  startLockstep,
} from './support/stack.ts'

const missing = missingFor('tinyproxy')
const lockstepAt = '10.30.0.10'
const proxyAt = '198.51.100.10'
const exchangeAt = '203.0.113.40'

test.skipIf(missing)(`nothing may come in ${missing ?? ''}`, { timeout: 240_000 }, async () => {
  const network = await createNetwork({ 'outlook.office365.com': exchangeAt, 'proxy.corp.example': proxyAt })
  await network.host('firewall', {
    on: { internet: '203.0.113.1', dmz: '198.51.100.1', office: '10.30.0.1' },
    passes: [
      { from: lockstepAt, to: proxyAt, port: 3128 },
      { from: proxyAt, to: exchangeAt, port: 443 },
    ],
  })
  const lockstep = await network.host('lockstep', { on: { office: lockstepAt }, gateway: '10.30.0.1' })
  const application = await network.host('application', { on: { office: '10.30.0.20' } })
  const proxy = await network.host('proxy', { on: { dmz: proxyAt }, gateway: '198.51.100.1' })
  const exchange = await network.host('exchange', { on: { internet: exchangeAt }, gateway: '203.0.113.1' })

  const authority = await createAuthority()
  const exchangeCa = await startExchange(exchange, { names: ['outlook.office365.com'] })
  await startForwardProxy(proxy, authority, { user: 'lockstep', password: 'out' })
  await startLockstep(lockstep, {
    EWS_URL: 'https://outlook.office365.com/EWS/Exchange.asmx',
    ...oauth,
    EWS_CA_FILE: exchangeCa,
    EWS_PROXY_URL: 'http://lockstep:out@proxy.corp.example:3128',
    NOTIFICATIONS: 'streaming',
    APPLICATION_WEBHOOK_URL: 'http://10.30.0.20:8081/lockstep/changes',
  })
  await startApplication(application, `http://${lockstepAt}:8080`)
  await expectBothWays({ exchange, application })

  await expectSilent(
    [lockstep, exchangeAt, 443],
    [exchange, lockstepAt, 8080],
    [exchange, proxyAt, 3128],
    [proxy, lockstepAt, 8080],
  )
})
