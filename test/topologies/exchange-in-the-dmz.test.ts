// Lockstep and the application in a public cloud, Exchange itself in the DMZ: docs/topologies.md.
import { expect, test } from 'vitest'
import { createAuthority } from './support/certificates.ts'
import { missingFor } from './support/missing.ts'
import { createNetwork } from './support/network.ts'
import {
  expectBothWays,
  expectSilent,
  startApplication,
  startExchange,
  startLockstep,
} from './support/stack.ts'

const missing = missingFor()
const lockstepAt = '203.0.113.10'
const firewallAt = '203.0.113.1'
const exchangeAt = '198.51.100.10'
const deskAt = '10.30.0.50'

test.skipIf(missing)(`Exchange itself in the DMZ ${missing ?? ''}`, { timeout: 240_000 }, async () => {
  const network = await createNetwork({
    'lockstep.example': lockstepAt,
    'mail.contoso.example': exchangeAt,
  })
  await network.host('firewall', {
    on: { internet: firewallAt, dmz: '198.51.100.1', office: '10.30.0.1' },
    passes: [
      { from: lockstepAt, to: exchangeAt, port: 443 },
      { from: exchangeAt, to: lockstepAt, port: 8443 },
      { from: deskAt, to: exchangeAt, port: 443 },
    ],
  })
  const lockstep = await network.host('lockstep', {
    on: { internet: lockstepAt, cloud: '10.20.0.10' },
    gateway: firewallAt,
  })
  const application = await network.host('application', { on: { cloud: '10.20.0.20' } })
  const exchange = await network.host('exchange', { on: { dmz: exchangeAt }, gateway: '198.51.100.1' })
  const desk = await network.host('desk', { on: { office: deskAt }, gateway: '10.30.0.1' })
  const stranger = await network.host('stranger', { on: { internet: '203.0.113.99' }, gateway: firewallAt })

  const authority = await createAuthority()
  const { certificate, key } = await authority.issue('lockstep.example')
  const exchangeCa = await startExchange(exchange, { names: ['mail.contoso.example'], trusts: authority.ca })
  await startLockstep(lockstep, {
    EWS_URL: 'https://mail.contoso.example/EWS/Exchange.asmx',
    EWS_AUTH: 'ntlm',
    EWS_CA_FILE: exchangeCa,
    INGRESS_PUBLIC_URL: 'https://lockstep.example:8443',
    INGRESS_TLS_CERT_FILE: certificate,
    INGRESS_TLS_KEY_FILE: key,
    NOTIFICATION_SOURCES: exchangeAt,
    APPLICATION_WEBHOOK_URL: 'http://10.20.0.20:8081/lockstep/changes',
  })
  await startApplication(application, 'http://10.20.0.10:8080')
  await expectBothWays({ exchange, application })

  expect(await desk.reaches(exchangeAt, 443)).toBe('open')
  await expectSilent(
    [exchange, deskAt, 445],
    [lockstep, deskAt, 445],
    [stranger, exchangeAt, 443],
    [exchange, lockstepAt, 8080],
    [lockstep, exchangeAt, 8091],
  )
})
