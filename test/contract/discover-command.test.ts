import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { discoverEndpoint } from '@lockstep/exchange/doctor'
import { describe, expect, onTestFinished, test } from 'vitest'
import { runLockstep } from '../support/lockstep-command.ts'
import { account, mailbox, startSecure } from '../support/logon.ts'
import { startProxy } from '../support/relay.ts'
import { startTlsServer } from '../support/tls-server.ts'

const found = {
  found: true,
  internalUrl: 'https://autodiscover.contoso.example/EWS/Exchange.asmx',
  externalUrl: 'https://autodiscover.contoso.example/EWS/Exchange.asmx',
}

describe('lockstep discover', () => {
  test.each(['basic', 'ntlm'])(
    'finds the endpoint at the host autodiscover, over trust, proxy and %s',
    async (auth) => {
      const { discover, port } = await setUp({ EWS_AUTH: auth })
      const { exitCode, facts } = await discover({ 'autodiscover.contoso.example:443': port })
      expect(facts).toMatchObject([
        { step: 'contoso.example', outcome: 'skipped' },
        { step: 'autodiscover.contoso.example', outcome: 'ok' },
        found,
      ])
      expect(exitCode).toBe(0)
    },
  )

  test('asks the domain itself first', async () => {
    const { discover, port } = await setUp()
    const { facts } = await discover({ 'contoso.example:443': port })
    expect(facts.at(-1)).toMatchObject({ internalUrl: 'https://contoso.example/EWS/Exchange.asmx' })
  })

  test('shows no credentials to a host whose certificate is not good', async () => {
    const { discover } = await setUp()
    const impostor = await startTlsServer('elsewhere')
    const { exitCode, facts } = await discover({ 'autodiscover.contoso.example:443': impostor.port })
    expect(facts[1]).toMatchObject({ outcome: 'failed', code: 'TLS_UNKNOWN_AUTHORITY' })
    expect(impostor.requests).toEqual([])
    expect(exitCode).toBe(1)
  })

  test('follows a redirect over http only to a host that was confirmed, and only over https', async () => {
    const { discover, port, simulator } = await setUp()
    const to = (location: string) => redirecting(location)
    const secure = {
      'autodiscover.contoso.example:80': await to(
        'https://exchange.contoso.example/autodiscover/autodiscover.xml',
      ),
    }
    const hosts = { ...secure, 'exchange.contoso.example:443': port }
    const unconfirmed = await discover(hosts)
    expect(unconfirmed.facts[2]).toMatchObject({ outcome: 'failed', code: 'DISCOVER_UNCONFIRMED' })
    expect(simulator.connections).toBe(0)
    const confirmed = await discover(hosts, '--allow', 'exchange.contoso.example')
    expect(confirmed.facts.at(-1)).toMatchObject({ found: true })

    const plain = {
      'autodiscover.contoso.example:80': await to('http://exchange.contoso.example/autodiscover.xml'),
    }
    const { facts } = await discover(plain, '--allow', 'exchange.contoso.example')
    expect(facts[2]).toMatchObject({ outcome: 'failed', code: 'DISCOVER_NOT_SECURE' })
  })

  test('goes on to another server, or to another address, where Autodiscover says so', async () => {
    const { discover, port, simulator } = await setUp()
    const hosts = { 'autodiscover.contoso.example:443': port, 'exchange.contoso.example:443': port }
    simulator.states.set(mailbox, { kind: 'elsewhere', address: 'bob@contoso.example' })
    expect((await discover(hosts)).facts.at(-1)).toMatchObject({ found: true })
    simulator.states.set(mailbox, { kind: 'moved', to: 'https://mail.fabrikam.example/EWS/', as: 'fault' })
    expect((await discover(hosts)).facts[1]).toMatchObject({
      code: 'DISCOVER_UNCONFIRMED',
      says: 'mail.fabrikam.example',
    })
  })

  test('shows a wrong password to no more than two hosts, so that no account is locked', async () => {
    const { discover, port } = await setUp({ EWS_PASSWORD: 'wrong' })
    const { facts, exitCode } = await discover(
      {
        'contoso.example:443': port,
        'autodiscover.contoso.example:443': port,
        'autodiscover.contoso.example:80': await redirecting(
          'https://exchange.contoso.example/autodiscover/autodiscover.xml',
        ),
        'exchange.contoso.example:443': port,
      },
      '--allow',
      'exchange.contoso.example',
    )
    expect(facts.slice(0, 3)).toMatchObject([
      { code: 'LOGON_REFUSED' },
      { code: 'LOGON_REFUSED' },
      { outcome: 'skipped', says: expect.stringContaining('lock the account') },
    ])
    expect(exitCode).toBe(1)
  })
})

test('the SRV record is asked last, by priority', async () => {
  const { port, authorities } = await secureSimulator()
  const proxy = await startProxy({ 'exchange.contoso.example:8443': port })
  const asked: string[] = []
  const steps = discoverEndpoint(mailbox, {
    auth: { kind: 'basic', ...account },
    trust: { authorities },
    waysOut: { proxyUrl: `http://127.0.0.1:${proxy.port}` },
    timeoutMs: 5_000,
    confirm: async (host) => host === 'exchange.contoso.example:8443',
    resolveSrv: async (name) => {
      asked.push(name)
      return [
        { name: 'second.contoso.example', port: 443, priority: 20, weight: 0 },
        { name: 'exchange.contoso.example', port: 8443, priority: 10, weight: 0 },
      ]
    },
  })
  let last = await steps.next()
  while (!last.done) last = await steps.next()
  expect(asked).toEqual(['_autodiscover._tcp.contoso.example'])
  expect(last.value).toMatchObject({ internalUrl: 'https://exchange.contoso.example:8443/EWS/Exchange.asmx' })
})

async function secureSimulator() {
  const { simulator, url, authorities } = await startSecure()
  return { simulator, authorities, port: Number(new URL(url).port) }
}

/** An organisation behind a proxy that knows the hosts which a test names. */
async function setUp(changes: Record<string, string> = {}) {
  const { simulator, authorities, port } = await secureSimulator()
  const env = {
    EWS_AUTH: 'basic',
    EWS_USERNAME: account.username,
    EWS_PASSWORD: account.password,
    EWS_CA_FILE: authorities.file,
    ...changes,
  }
  async function discover(hosts: Record<string, number>, ...more: string[]) {
    const proxy = await startProxy(hosts)
    return runLockstep(['discover', mailbox, '--json', ...more], {
      env: { ...env, EWS_PROXY_URL: `http://127.0.0.1:${proxy.port}` },
    })
  }
  return { discover, port, simulator }
}

/** A plain server that points elsewhere. */
async function redirecting(location: string): Promise<number> {
  const server = createServer((_request, response) => response.writeHead(302, { location }).end())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    await once(server.close(), 'close')
  })
  return (server.address() as AddressInfo).port
}
