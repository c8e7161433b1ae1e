// Lockstep and the application in a public cloud, Exchange on premises behind a proxy in the DMZ: docs/topologies.md.
import { describe, expect, test } from 'vitest'
import { type Authority, createAuthority } from './support/certificates.ts'
import { missingFor } from './support/missing.ts'
import { createNetwork, type Passage } from './support/network.ts'
import { startHaproxy, startNginx } from './support/programs.ts'
import {
  expectBothWays,
  expectSilent,
  notificationFrom,
  startApplication,
  startExchange,
  startLockstep,
} from './support/stack.ts'

const lockstepAt = '203.0.113.10'
const firewallAt = '203.0.113.1'
const proxyAt = '10.40.0.10'
const exchangeAt = '10.30.0.10'
const otherExchangeAt = '10.30.0.11'
const passes: Passage[] = [
  { from: lockstepAt, to: proxyAt, port: 443 },
  { from: proxyAt, to: exchangeAt, port: 443 },
  { from: proxyAt, to: otherExchangeAt, port: 443 },
  { from: exchangeAt, to: lockstepAt, port: 8443 },
]

describe.skipIf(missingFor('nginx'))(`a reverse proxy in the DMZ ${missingFor('nginx') ?? ''}`, () => {
  test('publishes EWS under a path of its own', { timeout: 240_000 }, async () => {
    const site = await createSite('ews.contoso.example')
    const { proxy, lockstep, authority, exchangeCa } = site
    await startNginx(proxy, authority, {
      name: 'ews.contoso.example',
      path: '/lockstep/ews',
      exchange: 'mail.contoso.example',
      exchangeCa,
    })
    await startLockstep(lockstep, {
      ...site.settings,
      EWS_URL: 'https://ews.contoso.example/lockstep/ews',
      EWS_CA_FILE: authority.ca,
    })
    await expectOnlyTheWaysMeant(site)
    const elsewhere = await lockstep.command(
      'curl',
      '-sk',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      `https://${proxyAt}/owa`,
    )
    expect(elsewhere).toBe('404')
  })
})

describe.skipIf(missingFor('haproxy'))(`a load balancer in the DMZ ${missingFor('haproxy') ?? ''}`, () => {
  test('passes TCP, so that a logon stays with its connection', { timeout: 240_000 }, async () => {
    const site = await createSite('mail.contoso.example')
    const { proxy, lockstep, authority, exchangeCa } = site
    await startHaproxy(proxy, authority, { port: 443, servers: [exchangeAt, otherExchangeAt], toPort: 443 })
    await startLockstep(lockstep, {
      ...site.settings,
      EWS_URL: 'https://mail.contoso.example/EWS/Exchange.asmx',
      EWS_AUTH: 'ntlm',
      EWS_CHANNEL_BINDING: 'on',
      EWS_CA_FILE: exchangeCa,
    })
    await expectOnlyTheWaysMeant(site)
  })
})

type Site = Awaited<ReturnType<typeof createSite>>

/** `published` is the name by which the cloud knows what stands in the DMZ. */
async function createSite(published: string) {
  const authority: Authority = await createAuthority()
  const names = { 'lockstep.example': lockstepAt }
  const network = await createNetwork({ ...names, 'mail.contoso.example': exchangeAt })
  await network.host('firewall', {
    on: { internet: firewallAt, dmz: '10.40.0.1', office: '10.30.0.1' },
    passes,
    hidesBehind: ['internet'],
  })
  const lockstep = await network.host('lockstep', {
    on: { internet: lockstepAt, cloud: '10.20.0.10' },
    gateway: firewallAt,
    names: { ...names, [published]: proxyAt },
  })
  const application = await network.host('application', { on: { cloud: '10.20.0.20' } })
  const proxy = await network.host('proxy', { on: { dmz: proxyAt }, gateway: '10.40.0.1' })
  const exchange = await network.host('exchange', { on: { office: exchangeAt }, gateway: '10.30.0.1' })
  await exchange.command('ip', 'addr', 'add', `${otherExchangeAt}/24`, 'dev', 'office')
  const stranger = await network.host('stranger', { on: { internet: '203.0.113.99' }, gateway: firewallAt })

  const exchangeCa = await startExchange(exchange, { names: ['mail.contoso.example'], trusts: authority.ca })
  const { certificate, key } = await authority.issue('lockstep.example')
  const settings = {
    INGRESS_PUBLIC_URL: 'https://lockstep.example:8443',
    INGRESS_TLS_CERT_FILE: certificate,
    INGRESS_TLS_KEY_FILE: key,
    NOTIFICATION_SOURCES: firewallAt,
    APPLICATION_WEBHOOK_URL: 'http://10.20.0.20:8081/lockstep/changes',
  }
  return { authority, lockstep, application, proxy, exchange, stranger, exchangeCa, settings }
}

async function expectOnlyTheWaysMeant({ lockstep, application, proxy, exchange, stranger, authority }: Site) {
  await startApplication(application, 'http://10.20.0.10:8080')
  await expectBothWays({ exchange, application })

  await expectSilent(
    [lockstep, exchangeAt, 443],
    [proxy, lockstepAt, 8443],
    [stranger, proxyAt, 443],
    [stranger, exchangeAt, 443],
  )
  expect(await notificationFrom(stranger, authority.ca)).toBe('403')
  expect(await notificationFrom(exchange, authority.ca)).toBe('404')
}
