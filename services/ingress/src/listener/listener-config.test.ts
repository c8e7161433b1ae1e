import { expect, test } from 'vitest'
import { loadConfig } from '../config.ts'

const fixtures = new URL('../../../../packages/exchange/src/trust/fixtures/', import.meta.url)
const pathOf = (name: string) => new URL(name, fixtures).pathname
const needed = { REDIS_URL: 'redis://127.0.0.1:6379', PRODUCER_API_KEYS: 'demo' }
const load = (env: Record<string, string>) => {
  const { service, connections } = loadConfig({ ...needed, ...env })
  return { ...service.listener, sources: connections.get('default')?.sources }
}

test('without variables there is no TLS port, everybody may notify and nobody is believed', () => {
  expect(load({})).toMatchObject({
    sources: undefined,
    tls: undefined,
    trustedProxies: [],
    proxyProtocolFrom: [],
    dnsServers: [],
  })
})

test('with a certificate the TLS port is 8443', () => {
  const listener = load({
    INGRESS_TLS_CERT_FILE: pathOf('client.pfx'),
    INGRESS_TLS_CERT_PASSWORD: 'changeit',
    NOTIFICATION_SOURCES: '40.96.0.0/13, *.office365.com, ::1',
  })
  expect(listener.tls).toMatchObject({ port: 8443, isForAll: false, clients: undefined })
  expect(listener.sources?.own.domains).toEqual(['*.office365.com'])
  expect(listener.sources?.own.networks).toHaveLength(2)
})

test.each([
  ['INGRESS_TLS_CERT_FILE', { INGRESS_TLS_CERT_FILE: '/nowhere.pem' }, /ENOENT/],
  ['INGRESS_TLS_CERT_FILE', { INGRESS_TLS_CERT_FILE: pathOf('server.pem') }, /private key/],
  ['INGRESS_TLS_CERT_FILE', { INGRESS_TLS_CERT_FILE: pathOf('client.pfx') }, /INGRESS_TLS_CERT_PASSWORD/],
  [
    'INGRESS_TLS_CERT_FILE',
    { INGRESS_TLS_CERT_FILE: pathOf('server.pem'), INGRESS_TLS_KEY_FILE: pathOf('elsewhere.key.pem') },
    /belongs to none/,
  ],
  ['INGRESS_TLS_CLIENT_CA_FILE', { INGRESS_TLS_CLIENT_CERTS: 'required' }, /INGRESS_TLS_CLIENT_CA_FILE: /],
  ['INGRESS_TRUSTED_PROXIES', { INGRESS_TRUSTED_PROXIES: '10.0.0.0/8,proxy' }, /CIDR/],
  ['INGRESS_PROXY_PROTOCOL_FROM', { INGRESS_PROXY_PROTOCOL_FROM: '10.0.0.0/40' }, /CIDR/],
  ['NOTIFICATION_SOURCES', { NOTIFICATION_SOURCES: '40.96.0.0/13,office' }, /domains/],
  ['NOTIFICATION_ENDPOINTS_FILE', { NOTIFICATION_ENDPOINTS_FILE: '/nowhere.json' }, /ENOENT/],
  ['NOTIFICATION_ENDPOINTS_FILE', { NOTIFICATION_ENDPOINTS_FILE: pathOf('ca.pem') }, /no JSON list/],
])('%s is told at the start: %o', (name, env, message) => {
  expect(() => load(env as Record<string, string>)).toThrow(message)
  expect(() => load(env as Record<string, string>)).toThrow(name)
})
