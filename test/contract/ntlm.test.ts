import { testRedis } from '@lockstep/runtime/testing'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { account, aFile, lock, mailbox, openExchange, startSecure } from '../support/logon.ts'
import { startCloser, startProxy, startTlsBridge } from '../support/relay.ts'

const fixtures = new URL('../../packages/exchange/src/trust/fixtures/', import.meta.url).pathname
const bridgeCertificate = {
  cert: readFileSync(`${fixtures}server.pem`, 'utf8'),
  key: readFileSync(`${fixtures}server.key.pem`, 'utf8'),
}
const ntlm = { kind: 'ntlm', ...account, channelBinding: 'auto' } as const

describe('NTLM', () => {
  test('200 calls, 10 at a time, go over at most 10 connections with one logon each', async () => {
    const { simulator, url, authorities } = await startSecure({ authentication: { schemes: ['ntlm'] } })
    const { gateway } = openExchange({ url, auth: ntlm, trust: { authorities } })
    const lines = Array.from({ length: 10 }, async () => {
      for (let call = 0; call < 20; call += 1) await gateway.sync(mailbox, undefined)
    })
    await Promise.all(lines)
    expect(simulator.calls).toEqual({ SyncFolderItems: 200 })
    expect(simulator.connections).toBeLessThanOrEqual(10)
    expect(simulator.ntlmLogons).toBe(simulator.connections)
  })

  test('and so it is over two accounts that share the mailboxes', async () => {
    const names = ['one', 'two']
    const { simulator, url, authorities } = await startSecure({
      authentication: { schemes: ['ntlm'] },
      accounts: names.map((name) => ({
        address: `svc-${name}@contoso.example`,
        password: 'lockstep',
        impersonates: 'all',
      })),
    })
    const people = Array.from({ length: 10 }, (_, index) => `user${index}@contoso.example`)
    for (const person of people) simulator.addMailbox(person)
    const accounts = names.map((name) => ({
      name,
      auth: { ...ntlm, username: `CONTOSO\\svc-${name}` },
      maxInFlight: 5,
    }))
    const { gateway } = openExchange({ url, auth: ntlm, accounts, trust: { authorities } })
    const lines = people.map(async (person) => {
      for (let call = 0; call < 20; call += 1) await gateway.sync(person, undefined)
    })
    await Promise.all(lines)
    expect(simulator.calls).toEqual({ SyncFolderItems: 200 })
    expect(simulator.connections).toBeLessThanOrEqual(10)
    expect(simulator.ntlmLogons).toBe(simulator.connections)
  })

  test('goes without TLS, where there is nothing to bind to', async () => {
    const { simulator } = await startSecure({ authentication: { schemes: ['ntlm'] } })
    expect(await openExchange({ url: simulator.url, auth: ntlm }).outcome()).toBe('ok')
  })

  test('logs on again when the server broke the connection', async () => {
    const { simulator, url, authorities } = await startSecure({ authentication: { schemes: ['ntlm'] } })
    const { outcome } = openExchange({ url, auth: ntlm, trust: { authorities } })
    expect(await outcome()).toBe('ok')
    simulator.faults.add({ kind: 'dropBeforeEffect', times: 1 })
    await outcome()
    expect(await outcome()).toBe('ok')
    expect(simulator.ntlmLogons).toBe(2)
  })

  test('understands challenges that a proxy joined in one line', async () => {
    const { url, authorities } = await startSecure({ authentication: { joinsChallenges: true } })
    expect(await openExchange({ url, auth: ntlm, trust: { authorities } }).outcome()).toBe('ok')
  })

  test('goes through a forward proxy, connection by connection', async () => {
    const { simulator, url, authorities } = await startSecure({
      authentication: { channelBinding: 'required' },
    })
    const proxy = await startProxy()
    const waysOut = { proxyUrl: `http://127.0.0.1:${proxy.port}` }
    const { outcome } = openExchange({ url, auth: ntlm, trust: { authorities }, waysOut })
    expect(new Set(await Promise.all(Array.from({ length: 40 }, outcome)))).toEqual(new Set(['ok']))
    expect(proxy.connections()).toBeLessThanOrEqual(10)
    expect(simulator.ntlmLogons).toBe(proxy.connections())
  })

  test.each([
    [2, 'ok'],
    [99, 'NTLM_CONNECTION_CLOSED'],
  ])(
    'connections that break within %i handshakes are not taken for a wrong password',
    async (times, ends) => {
      const { simulator } = await startSecure({ authentication: { schemes: ['ntlm'] } })
      const closer = await startCloser(simulator.url, times)
      const url = simulator.url.replace(/:\d+/, `:${closer.port}`)
      expect(await openExchange({ url, auth: ntlm }).outcome()).toBe(ends)
    },
  )

  test('says so where it is not offered', async () => {
    const { url, authorities } = await startSecure({ authentication: { schemes: ['basic'] } })
    expect(await openExchange({ url, auth: ntlm, trust: { authorities } }).outcome()).toBe('NTLM_NOT_OFFERED')
  })
})

describe('channel binding', () => {
  test.each([
    { policy: 'required', mode: 'auto', outcome: 'ok' },
    { policy: 'required', mode: 'on', outcome: 'ok' },
    { policy: 'required', mode: 'off', outcome: 'LOGON_REFUSED' },
    { policy: 'checked', mode: 'off', outcome: 'ok' },
  ] as const)('$mode, where it is $policy: $outcome', async ({ policy, mode, outcome }) => {
    const { url, authorities } = await startSecure({ authentication: { channelBinding: policy } })
    const auth = { ...ntlm, channelBinding: mode }
    expect(await openExchange({ url, auth, trust: { authorities } }).outcome()).toBe(outcome)
  })
})

describe('where something between ends TLS', () => {
  test.each([
    { policy: 'checked', mode: 'auto', outcome: 'ok' },
    { policy: 'checked', mode: 'on', outcome: 'LOGON_REFUSED' },
    { policy: 'checked', mode: 'off', outcome: 'ok' },
    { policy: 'required', mode: 'auto', outcome: 'LOGON_REFUSED' },
  ] as const)('$mode, and binding is $policy: $outcome', async ({ policy, mode, outcome }) => {
    const { simulator } = await startSecure({ authentication: { channelBinding: policy } })
    const { url, ca } = simulator.secure!
    const bridge = await startTlsBridge(url, bridgeCertificate, ca)
    const { outcome: ends } = openExchange({
      url: url.replace(/:\d+/, `:${bridge.port}`),
      auth: { ...ntlm, channelBinding: mode },
      trust: { authorities: { file: `${fixtures}ca.pem` } },
    })
    expect(await ends()).toBe(outcome)
    if (outcome === 'ok') expect(new Set(await Promise.all([ends(), ends()]))).toEqual(new Set(['ok']))
  })
})

test('the second try without binding is made once for a password, not after each rest', async () => {
  const { simulator, url, authorities } = await startSecure()
  const place = testRedis()
  const { outcome } = openExchange({ url, auth: { ...ntlm, password: 'no' }, trust: { authorities } }, place)
  expect(await outcome()).toBe('LOGON_REFUSED')
  expect(simulator.ntlmLogons).toBe(2)

  const key = `{${place.prefix}}:logon:refusal`
  const refusal = JSON.parse((await place.redis.get(key)) ?? '') as object
  await place.redis.set(key, JSON.stringify({ ...refusal, untilMs: Date.now() }))
  expect(await outcome()).toBe('LOGON_REFUSED')
  expect(simulator.ntlmLogons).toBe(3)
})

describe.each(['ntlm', 'basic'] as const)('an account that is not let in (%s)', (kind) => {
  const auth = kind === 'ntlm' ? ntlm : { kind, ...account }

  test('a wrong password is told as such, and tried once, however many ask', async () => {
    const { simulator, url, authorities } = await startSecure()
    const place = testRedis()
    const open = () => openExchange({ url, auth: { ...auth, password: 'no' }, trust: { authorities } }, place)
    const processes = [open(), open(), open()]
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, index) => processes[index % 3]!.outcome()),
    )
    expect(outcomes).toContain('LOGON_REFUSED')
    expect(new Set(outcomes).difference(new Set(['LOGON_REFUSED', 'LOGON_ON_TRIAL']))).toEqual(new Set())
    // The channel binding is left off in a second try, once: it might be what is wrong.
    expect(simulator.ntlmLogons).toBe(kind === 'ntlm' ? 2 : 0)
    expect(simulator.calls).toEqual({})
  })

  test('one that worked before is locked, or has another password', async () => {
    const { simulator, url, authorities } = await startSecure()
    const place = testRedis()
    const first = openExchange({ url, auth, trust: { authorities } }, place)
    expect(await first.outcome()).toBe('ok')
    lock(simulator)
    const restarted = openExchange({ url, auth, trust: { authorities } }, place)
    await expect(restarted.gateway.sync(mailbox, undefined)).rejects.toMatchObject({
      code: 'LOGON_LAPSED',
      effect: 'none',
      mend: expect.stringContaining('locked or disabled'),
    })
  })

  test('a password that was mended in its file is taken up at once', async () => {
    const { url, authorities } = await startSecure()
    const file = aFile('password', 'wrong')
    const { outcome } = openExchange({ url, auth: { ...auth, password: { file } }, trust: { authorities } })
    expect(await outcome()).toBe('LOGON_REFUSED')
    writeFileSync(file, 'lockstep\n')
    expect(await outcome()).toBe('ok')
  })
})
