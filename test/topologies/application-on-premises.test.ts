// Lockstep and the application on premises behind firewall and load balancer, Exchange in the cloud: docs/topologies.md.
import { expect, test } from 'vitest'
import { createAuthority } from './support/certificates.ts'
import type { Host } from './support/host.ts'
import { missingFor } from './support/missing.ts'
import { createNetwork } from './support/network.ts'
import { startHaproxy, startNameServer } from './support/programs.ts'
import {
  expectBothWays,
  expectSilent,
  notificationFrom,
  oauth,
  startApplication,
  startExchange,
  startLockstep,
} from './support/stack.ts'

const missing = missingFor('haproxy', 'dnsmasq', 'curl')
const lockstepAt = '10.30.0.10'
const balancerAt = '198.51.100.10'
const firewallAt = '203.0.113.1'
const exchangeAt = '203.0.113.40'
const nameServerAt = '203.0.113.53'
const impostorAt = '203.0.113.66'
const strangerAt = '203.0.113.99'

test.skipIf(missing)(
  `an application on premises, Exchange in the cloud ${missing ?? ''}`,
  { timeout: 240_000 },
  async () => {
    const network = await createNetwork({
      'lockstep.example': balancerAt,
      'outlook.office365.com': exchangeAt,
      dns: nameServerAt,
    })
    await network.host('firewall', {
      on: { internet: firewallAt, dmz: '198.51.100.1', office: '10.30.0.1' },
      passes: [
        { from: '203.0.113.0/24', to: balancerAt, port: 8443 },
        { from: balancerAt, to: lockstepAt, port: 8443 },
        { from: lockstepAt, to: exchangeAt, port: 443 },
        { from: lockstepAt, to: nameServerAt, port: 53, protocol: 'udp' },
      ],
    })
    const onInternet = (name: string, at: string) =>
      network.host(name, { on: { internet: at }, gateway: firewallAt })
    const lockstep = await network.host('lockstep', { on: { office: lockstepAt }, gateway: '10.30.0.1' })
    const application = await network.host('application', { on: { office: '10.30.0.20' } })
    const balancer = await network.host('balancer', { on: { dmz: balancerAt }, gateway: '198.51.100.1' })
    const exchange = await onInternet('exchange', exchangeAt)
    const impostor = await onInternet('impostor', impostorAt)
    const stranger = await onInternet('stranger', strangerAt)
    const nameServer = await onInternet('dns', nameServerAt)

    const authority = await createAuthority()
    // The impostor's own reverse zone says what it likes; the name does not lead back to it.
    await startNameServer(nameServer, authority, {
      hosts: { 'mail-1.outlook.office365.com': exchangeAt },
      reverseOnly: { [impostorAt]: 'mail-2.outlook.office365.com' },
    })
    const exchangeCa = await startExchange(exchange, {
      names: ['outlook.office365.com'],
      trusts: authority.ca,
    })
    const { certificate, key } = await authority.issue('lockstep.example')
    await startHaproxy(balancer, authority, {
      port: 8443,
      servers: [lockstepAt],
      toPort: 8443,
      tellsSource: true,
    })
    await startLockstep(lockstep, {
      EWS_URL: 'https://outlook.office365.com/EWS/Exchange.asmx',
      ...oauth,
      EWS_CA_FILE: exchangeCa,
      INGRESS_PUBLIC_URL: 'https://lockstep.example:8443',
      INGRESS_TLS_CERT_FILE: certificate,
      INGRESS_TLS_KEY_FILE: key,
      INGRESS_PROXY_PROTOCOL_FROM: balancerAt,
      NOTIFICATION_SOURCES: '*.office365.com',
      APPLICATION_WEBHOOK_URL: 'http://10.30.0.20:8081/lockstep/changes',
    })
    await startApplication(application, `http://${lockstepAt}:8080`)
    await expectBothWays({ exchange, application })

    const notify = (host: Host) => notificationFrom(host, authority.ca)
    expect(await notify(exchange)).toBe('404')
    expect(await notify(impostor)).toBe('403')
    expect(await notify(stranger)).toBe('403')
    await expectSilent(
      [exchange, lockstepAt, 8443],
      [exchange, balancerAt, 8080],
      [stranger, '10.30.0.20', 8081],
      [balancer, '10.30.0.20', 8081],
    )
    expect(await application.reaches(exchangeAt, 443)).toBe('unreachable')
  },
)
