import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect, type ConnectionOptions } from 'node:tls'
import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { created, notification } from '../testing/notification.ts'
import { alice, startTestIngress } from '../testing/start.ts'
import type { TlsOptions } from './tls-server.ts'

const fixtures = new URL('../../../../packages/exchange/src/trust/fixtures/', import.meta.url)
const pathOf = (name: string) => new URL(name, fixtures).pathname
const pem = (name: string) => readFileSync(pathOf(name), 'utf8')
const server = { file: pathOf('server.pem'), keyFile: pathOf('server.key.pem') }
const clients = (isRequired: boolean) => ({ authorities: { file: pathOf('ca.pem') }, isRequired })

describe('the port with TLS of its own', () => {
  test('takes notifications, says that it is there, and serves nothing else', async () => {
    const { send, token, queues } = await setUp()
    const path = `/exchange/notifications/${token}`
    expect(await send('POST', path, notification(created))).toMatchObject({
      status: 200,
      body: expect.stringContaining('OK'),
    })
    expect((await queues.inbound.counts()).waiting).toBe(1)
    expect(await send('GET', '/healthz')).toMatchObject({ status: 200 })
    for (const other of ['/v1/trail?mailbox=x', '/metrics', '/readyz', '/docs', '/openapi.json', '/']) {
      expect({ other, ...(await send('GET', other)) }).toMatchObject({ other, status: 404 })
    }
  })

  test('serves everything where that is wanted', async () => {
    const { send } = await setUp({ isForAll: true })
    expect(await send('GET', '/v1/trail?mailbox=x')).toMatchObject({ status: 401 })
    expect(await send('GET', '/readyz')).toMatchObject({ status: 200 })
  })

  test.each([
    ['PEM with both', { file: pathOf('client.both.pem') }],
    ['PKCS#12', { file: pathOf('client.pfx'), password: 'changeit' }],
    ['a Java keystore', { file: pathOf('client.jks'), password: 'changeit' }],
  ])('shows a certificate from %s', async (_form, identity) => {
    const { shown } = await setUp({ identity })
    expect((await shown({ rejectUnauthorized: false })).subject).toBe('CN=client')
  })

  test('shows a renewed certificate without a restart, and keeps the old one while the new one is of no use', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'lockstep-tls-'))
    onTestFinished(() => rm(dir, { recursive: true }))
    const identity = { file: join(dir, 'tls.crt'), keyFile: join(dir, 'tls.key') }
    await copyFile(pathOf('elsewhere.pem'), identity.file)
    await copyFile(pathOf('elsewhere.key.pem'), identity.keyFile)
    const { shown, get, lines } = await setUp({ identity })
    const subject = async () => (await shown({ servername: 'mail.contoso.example' })).subject
    const expiry = async () =>
      /expiry_timestamp_seconds\S* (\d+)/.exec(await (await get('/metrics')).text())?.[1]
    expect(await subject()).toBe('CN=elsewhere')
    expect(await expiry()).toBe(String(Date.parse('2125-01-01T00:00:00Z') / 1_000))

    await copyFile(pathOf('expired.pem'), identity.file)
    expect(await subject()).toBe('CN=elsewhere')
    await copyFile(pathOf('expired.key.pem'), identity.keyFile)
    const lax = { rejectUnauthorized: false }
    await eventually(async () => expect((await shown(lax)).subject).toBe('CN=expired'))
    expect(await expiry()).toBe(String(Date.parse('2025-02-01T00:00:00Z') / 1_000))
    const told = { use: 'ingress', level: 'error', mend: expect.stringContaining('INGRESS_TLS_CERT_FILE') }
    const expired = lines.filter((line) => line.includes('a certificate has expired'))
    expect(expired.map((line) => JSON.parse(line) as object)).toMatchObject([told])
  })

  test('tells of a certificate file that is of no use', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'lockstep-tls-'))
    onTestFinished(() => rm(dir, { recursive: true }))
    const file = join(dir, 'both.pem')
    await copyFile(pathOf('client.both.pem'), file)
    const { shown, lines } = await setUp({ identity: { file } })
    await writeFile(file, 'no certificate')
    await eventually(async () => {
      expect((await shown({ rejectUnauthorized: false })).subject).toBe('CN=client')
      expect(lines.join()).toContain('certificate file is of no use')
    })
  })

  test('speaks no TLS that is older than 1.2, and nothing without forward secrecy', async () => {
    const { shown } = await setUp()
    const older = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
    await expect(shown(older)).rejects.toThrow(/protocol|version/i)
    await expect(shown({ maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' })).rejects.toThrow(/handshake/)
    await expect(shown({ maxVersion: 'TLSv1.2' })).resolves.toMatchObject({ subject: 'CN=server' })
  })
})

describe('callers’ certificates', () => {
  const known = { cert: pem('client.both.pem'), key: pem('client.both.pem') }
  const unknown = {
    cert: pem('../../ews/fixtures/localhost.cert.pem'),
    key: pem('../../ews/fixtures/localhost.key.pem'),
  }

  test.each([
    ['required', true, known, 200],
    ['required', true, {}, 'refused'],
    ['required', true, unknown, 'refused'],
    ['optional', false, known, 200],
    ['optional', false, {}, 200],
    ['optional', false, unknown, 'refused'],
  ])('are %s', async (_kind, isRequired, credentials, expected) => {
    const { send } = await setUp({ clients: clients(isRequired) })
    const answer = await send('GET', '/healthz', '', credentials).then(
      ({ status }) => status,
      () => 'refused',
    )
    expect(answer).toBe(expected)
  })
})

async function setUp(options: Partial<TlsOptions> & { isForAll?: boolean } = {}) {
  const lines: string[] = []
  const ingress = await startTestIngress({
    onLine: (line) => void lines.push(line),
    listener: {
      trustedProxies: [],
      proxyProtocolFrom: [],
      dnsServers: [],
      tls: { identity: server, port: 0, isForAll: false, ...options },
    },
  })
  const { ledger } = ingress
  const token = await ledger.newToken()
  const mailboxId = (await ledger.find(alice))!.id
  await ledger.saveSubscription(mailboxId, { id: 's1', token, startedAtMs: 1, heardAtMs: 1 })
  const { port } = new URL(ingress.tlsUrl!)
  const trust = { ca: pem('ca.pem'), port: Number(port), host: '127.0.0.1' }

  return {
    ...ingress,
    token,
    lines,
    /** The certificate that a new connection is shown. */
    async shown(more: ConnectionOptions = {}) {
      const socket = connect({ ...trust, ...more })
      try {
        await once(socket, 'secureConnect')
        return new X509Certificate(socket.getPeerCertificate().raw)
      } finally {
        socket.destroy()
      }
    },
    async send(method: string, path: string, body = '', credentials: { cert?: string; key?: string } = {}) {
      const headers = { 'content-type': 'text/xml', 'content-length': Buffer.byteLength(body) }
      const sent = request({ ...trust, ...credentials, method, path, headers, agent: false })
      sent.end(body)
      const [response] = (await once(sent, 'response')) as [IncomingMessage]
      return { status: response.statusCode, body: await text(response) }
    },
  }
}
