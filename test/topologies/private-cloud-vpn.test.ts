// Lockstep and the application in a private cloud, Exchange on premises, a VPN between them: docs/topologies.md.
import { expect, test } from 'vitest'
import { createAuthority } from './support/certificates.ts'
import { missingFor } from './support/missing.ts'
import { createNetwork, type Passage } from './support/network.ts'
import {
  calendarOf,
  create,
  expectBothWays,
  expectSilent,
  startApplication,
  startExchange,
  startLockstep,
} from './support/stack.ts'
import { connectSites } from './support/vpn.ts'

const missing = missingFor('openvpn')
const lockstepAt = '10.20.0.10'
const exchangeAt = '10.30.0.10'
const passes: Passage[] = [
  { from: lockstepAt, to: exchangeAt, port: 443 },
  { from: exchangeAt, to: lockstepAt, port: 8080 },
]

test.skipIf(missing)(
  `a private cloud over a VPN${missing ? ` (skipped: ${missing})` : ''}`,
  { timeout: 240_000 },
  async () => {
    const network = await createNetwork({ 'mail.contoso.example': exchangeAt })
    const cloud = { on: { cloud: '10.20.0.1', internet: '203.0.113.1' }, passes }
    const office = { on: { office: '10.30.0.1', internet: '203.0.113.2' }, passes }
    const cloudGateway = await network.host('cloud-gateway', cloud)
    const officeGateway = await network.host('office-gateway', office)
    const lockstep = await network.host('lockstep', { on: { cloud: lockstepAt }, gateway: '10.20.0.1' })
    const application = await network.host('application', {
      on: { cloud: '10.20.0.20' },
      gateway: '10.20.0.1',
    })
    const exchange = await network.host('exchange', { on: { office: exchangeAt }, gateway: '10.30.0.1' })
    const desk = await network.host('desk', { on: { office: '10.30.0.50' }, gateway: '10.30.0.1' })
    const stranger = await network.host('stranger', {
      on: { internet: '203.0.113.99' },
      gateway: '203.0.113.1',
    })

    const authority = await createAuthority()
    const ends = [
      { host: cloudGateway, address: '203.0.113.1', tunnel: '10.99.0.1', network: '10.20.0.0' },
      { host: officeGateway, address: '203.0.113.2', tunnel: '10.99.0.2', network: '10.30.0.0' },
    ] as const
    const tunnel = await connectSites(authority, ...ends)
    const ca = await startExchange(exchange, { names: ['mail.contoso.example'] })
    await expect.poll(() => lockstep.reaches(exchangeAt, 443), { timeout: 60_000 }).toBe('open')
    await startLockstep(lockstep, {
      EWS_URL: 'https://mail.contoso.example/EWS/Exchange.asmx',
      EWS_CA_FILE: ca,
      INGRESS_PUBLIC_URL: `http://${lockstepAt}:8080`,
      APPLICATION_WEBHOOK_URL: 'http://10.20.0.20:8081/lockstep/changes',
    })
    await startApplication(application, `http://${lockstepAt}:8080`)
    await expectBothWays({ exchange, application })

    await expectSilent(
      [application, exchangeAt, 443],
      [desk, lockstepAt, 8080],
      [exchange, lockstepAt, 6379],
      [stranger, exchangeAt, 443],
      [stranger, lockstepAt, 8080],
    )

    await tunnel.cut()
    await create(application, 'Made while the tunnel was down')
    expect(await lockstep.reaches(exchangeAt, 443)).not.toBe('open')
    tunnel.mend()
    await expect
      .poll(() => calendarOf(exchange), { timeout: 60_000, interval: 500 })
      .toContain('Made while the tunnel was down')
  },
)
