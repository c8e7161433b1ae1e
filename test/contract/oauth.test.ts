import { testRedis } from '@lockstep/runtime/testing'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { aFile, mailbox, openExchange, startSecure } from '../support/logon.ts'

const clientId = 'a6e0d4c2-90ab-4c0d-8f3e-3a1b2c4d5e6f'
const fixture = (name: string) => new URL(`../fixtures/${name}`, import.meta.url).pathname
const certificate = { file: fixture('application.pfx'), password: 'changeit' }

async function startTenant(impersonates: 'all' | string[] = 'all') {
  const { simulator, url, authorities } = await startSecure({ authentication: { schemes: ['bearer'] } })
  const application = {
    secrets: ['s3cret'],
    expiredSecrets: ['old'],
    certificates: [readFileSync(fixture('application.pem'), 'utf8')],
  }
  simulator.addAccount({ address: clientId, impersonates, application })
  const { origin } = new URL(url)
  const auth = {
    kind: 'oauth',
    authority: `${origin}/contoso.example`,
    clientId,
    scope: 'https://outlook.office365.com/.default',
    proof: { secret: 's3cret' },
  } as const
  const place = testRedis()
  const open = (changes: object = {}) =>
    openExchange({ url, auth: { ...auth, ...changes }, trust: { authorities } }, place)
  return { simulator, open }
}

describe('OAuth', () => {
  test.each([{ secret: 's3cret' }, { certificate }])('lets the application in with %o', async (proof) => {
    const { open } = await startTenant()
    expect(await open({ proof }).outcome()).toBe('ok')
  })

  test('asks for one token, however many calls there are', async () => {
    const { simulator, open } = await startTenant()
    const { outcome } = open()
    expect(new Set(await Promise.all(Array.from({ length: 30 }, outcome)))).toEqual(new Set(['ok']))
    expect(simulator.tokensIssued).toBe(1)
  })

  test('replaces a token that is refused, once', async () => {
    const { simulator, open } = await startTenant()
    const { outcome } = open()
    expect(await outcome()).toBe('ok')
    simulator.revokeTokens()
    expect(new Set(await Promise.all(Array.from({ length: 5 }, outcome)))).toEqual(new Set(['ok']))
    expect(simulator.tokensIssued).toBeLessThanOrEqual(3)
    expect(simulator.tokensIssued).toBeGreaterThanOrEqual(2)
  })
})

describe('an application that gets no token is told why', () => {
  test.each([
    [{ proof: { secret: 'wrong' } }, 'OAUTH_SECRET_WRONG', 'not its id'],
    [{ proof: { secret: 'old' } }, 'OAUTH_SECRET_EXPIRED', 'has expired'],
    [{ proof: { certificate: { file: fixture('stranger.pem') } } }, 'OAUTH_CERTIFICATE_UNKNOWN', 'upload it'],
    [{ clientId: 'somebody else' }, 'OAUTH_APPLICATION_UNKNOWN', 'EWS_OAUTH_CLIENT_ID'],
  ])('%j: %s', async (changes, code, mend) => {
    const { open } = await startTenant()
    await expect(open(changes).gateway.sync(mailbox, undefined)).rejects.toMatchObject({
      code,
      effect: 'none',
      mend: expect.stringContaining(mend),
    })
  })

  test('and is not asked for again and again', async () => {
    const { simulator, open } = await startTenant()
    const { outcome } = open({ proof: { secret: 'old' } })
    await Promise.all(Array.from({ length: 20 }, outcome))
    expect(simulator.tokensRefused).toBe(1)
  })

  test('until another secret lies in its file', async () => {
    const { open } = await startTenant()
    const file = aFile('secret', 'old\n')
    const { outcome } = open({ proof: { secret: { file } } })
    expect(await outcome()).toBe('OAUTH_SECRET_EXPIRED')
    writeFileSync(file, 's3cret\n')
    expect(await outcome()).toBe('ok')
  })
})

test('an application without a right to EWS is told so', async () => {
  const { simulator, open } = await startTenant()
  simulator.authentication = { ...simulator.authentication, schemes: ['ntlm'] }
  expect(await open().outcome()).toBe('TOKEN_REFUSED')
})
