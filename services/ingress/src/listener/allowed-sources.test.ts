import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { reverseOf, startNameServer } from '../testing/name-server.ts'
import { created, notification } from '../testing/notification.ts'
import { alice, postTo, startTestIngress } from '../testing/start.ts'
import { parseSources } from './allow-list.ts'
import { parseNetwork } from './networks.ts'

const published = (ips: readonly string[], urls: readonly string[] = []) =>
  JSON.stringify([
    { id: 1, serviceArea: 'Exchange', serviceAreaDisplayName: 'Exchange Online', urls, ips, tcpPorts: '443' },
    { id: 31, serviceArea: 'SharePoint', urls: ['*.sharepoint.com'], ips: ['198.51.100.0/24'] },
  ])

describe('a source that is not on the list', () => {
  test('gets 403 before anything is read, wakes nobody, is counted, and told in the log without its address', async () => {
    const { notifyFrom, queues, get, lines } = await setUp({ sources: ['40.96.0.0/13'] })
    expect((await notifyFrom('203.0.113.9', notification(created.repeat(3_000)))).status).toBe(403)
    expect((await notifyFrom('203.0.113.9', 'no XML')).status).toBe(403)
    expect((await notifyFrom('40.97.1.2', notification(created))).status).toBe(200)

    expect((await queues.inbound.counts()).waiting).toBe(1)
    const metrics = await (await get('/metrics')).text()
    expect(metrics).toMatch(/lockstep_notifications_total\{outcome="notAllowed",[^}]*\} 2/)
    const refusals = lines().filter(({ msg }) => msg === 'notifications refused')
    expect(refusals).toMatchObject([{ outcome: 'notAllowed', count: 1, network: '203.0.113.0/24' }])
    expect(JSON.stringify(lines())).not.toContain('203.0.113.9')
  })

  test('still reaches the rest of the API', async () => {
    const { url } = await setUp({ sources: ['40.96.0.0/13'], trusted: [] })
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    expect((await postTo(`${url}/exchange/notifications/x`, '', {})).status).toBe(403)
  })
})

test('the proxy itself, a hop that is no address and claims of strangers are not on the list', async () => {
  const { notifyFrom } = await setUp({ sources: ['40.96.0.0/13'] })
  const send = async (forwardedFor: string) => (await notifyFrom(forwardedFor, notification(created))).status
  expect(await send('')).toBe(403)
  expect(await send('40.97.1.2, unknown')).toBe(403)
  expect(await send('40.97.1.2, 203.0.113.9')).toBe(403)
  expect(await send('203.0.113.9, 40.97.1.2')).toBe(200)
})

test('a domain counts by reverse DNS that leads back; 503 while the DNS does not say', async () => {
  const dns = await startNameServer({
    [reverseOf('203.0.113.7')]: ['mail-1.outbound.office365.com'],
    'mail-1.outbound.office365.com A': ['203.0.113.7'],
    [reverseOf('203.0.113.66')]: ['mail-1.outbound.office365.com'],
    [reverseOf('203.0.113.80')]: 'fails',
  })
  const { notifyFrom } = await setUp({ sources: ['*.office365.com'], dnsServers: [dns.address] })
  const send = async (source: string) => (await notifyFrom(source, notification(created))).status
  expect(await send('203.0.113.7')).toBe(200)
  expect(await send('203.0.113.66')).toBe(403)
  expect(await send('203.0.113.80')).toBe(503)
})

test('a published list counts with what is Exchange in it, is taken up when it changes, and a broken one is not', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-endpoints-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  const file = join(dir, 'endpoints.json')
  await writeFile(file, published(['40.96.0.0/13', '2603:1006::/40']))
  const { notifyFrom, lines } = await setUp({ sources: [], file })
  const send = async (source: string) => (await notifyFrom(source, notification(created))).status
  const sources = ['40.97.1.2', '2603:1006::9', '198.51.100.1', '52.96.0.1']
  const all = async () => Promise.all(sources.map(send))
  expect(await all()).toEqual([200, 200, 403, 403])

  await writeFile(file, published(['52.96.0.0/14']))
  await eventually(async () => expect(await all()).toEqual([403, 403, 403, 200]))
  await writeFile(file, '[{"serviceArea":"Exchange","ips":["52.96.0'.concat(' '.repeat(40)))
  await eventually(async () => {
    expect(await all()).toEqual([403, 403, 403, 200])
    expect(lines().map(({ msg }) => msg)).toContain('endpoint list is of no use, the last one counts')
  })
})

type Options = { sources: string[]; file?: string; dnsServers?: string[]; trusted?: string[] }

/** The test speaks as a proxy that is trusted, for whatever source it likes. */
async function setUp({ sources, file, dnsServers = [], trusted = ['127.0.0.1'] }: Options) {
  const written: string[] = []
  const ingress = await startTestIngress({
    onLine: (line) => void written.push(line),
    listener: {
      trustedProxies: trusted.map((text) => parseNetwork(text)!),
      proxyProtocolFrom: [],
      dnsServers,
    },
    sources: { own: parseSources(sources)!, endpointsFile: file },
  })
  const { ledger, url } = ingress
  const token = await ledger.newToken()
  const mailboxId = (await ledger.find(alice))!.id
  await ledger.saveSubscription(mailboxId, { id: 's1', token, startedAtMs: 1, heardAtMs: 1 })
  return {
    ...ingress,
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
    notifyFrom: (source: string, body: string) =>
      postTo(`${url}/exchange/notifications/${token}`, body, {
        'Content-Type': 'text/xml',
        'X-Forwarded-For': source,
      }),
  }
}
