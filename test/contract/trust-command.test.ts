import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runLockstep } from '../support/lockstep-command.ts'
import { account, aFile, openExchange, startSecure } from '../support/logon.ts'
import { startProxy } from '../support/relay.ts'
import { authority, startTlsServer } from '../support/tls-server.ts'

const fingerprintOf = (pem: string) => new X509Certificate(pem).fingerprint256
const basic = { kind: 'basic', ...account } as const

describe('lockstep trust', () => {
  test('shows who answers, and trusts it once somebody says yes: then calls succeed', async () => {
    const { url } = await startSecure()
    const file = aPath()
    const { exitCode, out, err } = await runLockstep(['trust', url, '--file', file], {
      env: {},
      answer: 'yes',
    })
    expect(exitCode).toBe(0)
    expect(out).toContain('CN=exchange.contoso.example')
    expect(out).toContain('CN=Exchange simulator CA, O=Lockstep')
    expect(out).toMatch(/names +localhost, .*exchange\.contoso\.example/)
    expect(out).toMatch(/SHA-256 +([0-9A-F]{2}:){31}[0-9A-F]{2}\n/)
    expect(err).toContain('Type "yes"')
    const { outcome } = openExchange({ url, auth: basic, trust: { authorities: { file } } })
    expect(await outcome()).toBe('ok')
  })

  test('stores the authority where the server shows it, beside what is in the file', async () => {
    const { url, requests } = await startTlsServer('server', { showsAuthority: true })
    const other = readFileSync(new URL('../fixtures/stranger.pem', import.meta.url), 'utf8')
    const file = aFile('ca.pem', other)
    const fingerprint = fingerprintOf(authority.pem)
    const env = { EWS_URL: url, EWS_CA_FILE: file }
    const { exitCode, facts } = await runLockstep(['trust', '--fingerprint', fingerprint, '--json'], { env })
    expect(exitCode).toBe(0)
    expect(facts.at(-1)).toEqual({ stored: file, outcome: 'added', fingerprint })
    expect(readFileSync(file, 'utf8').startsWith(other)).toBe(true)
    expect(readFileSync(file, 'utf8')).toContain(authority.pem.trim())

    const again = await runLockstep(['trust', '--json'], { env })
    expect(again.facts.at(-1)).toEqual({ trusted: true })
    expect(requests).toEqual([])
  })

  test.each([
    ['somebody says no', [], 'no', 1],
    ['nobody is there to say anything', [], undefined, 2],
    ['the fingerprint is of another', ['--fingerprint', 'ab'.repeat(32)], 'yes', 1],
    ['the fingerprint is none', ['--fingerprint', 'ab'], 'yes', 2],
  ])('stores nothing if %s', async (_why, args, answer, expected) => {
    const { url } = await startTlsServer('server', { showsAuthority: true })
    const file = aPath()
    const { exitCode } = await runLockstep(['trust', url, '--file', file, ...args], {
      env: {},
      ...(answer !== undefined && { answer }),
    })
    expect(exitCode).toBe(expected)
    expect(existsSync(file)).toBe(false)
  })

  test.each([
    ['elsewhere', 'TLS_WRONG_HOST'],
    ['expired', 'TLS_EXPIRED'],
  ] as const)('stores nothing that would not help: %s', async (certificate, code) => {
    const { url } = await startTlsServer(certificate, { showsAuthority: true })
    const file = aPath()
    const { exitCode, err } = await runLockstep(['trust', url, '--file', file], { env: {}, answer: 'yes' })
    expect(exitCode).toBe(1)
    expect(err).toContain(code)
    expect(existsSync(file)).toBe(false)
  })

  test('goes through the proxy', async () => {
    const { port } = await startTlsServer('elsewhere', { showsAuthority: true })
    const proxy = await startProxy({ 'mail.contoso.example:443': port })
    const file = aPath()
    const { exitCode } = await runLockstep(['trust', 'https://mail.contoso.example', '--file', file], {
      env: { EWS_PROXY_URL: `http://127.0.0.1:${proxy.port}` },
      answer: 'yes',
    })
    expect(exitCode).toBe(0)
    expect(readFileSync(file, 'utf8')).toContain(authority.pem.trim())
  })

  test('says what keeps it from looking', async () => {
    const { exitCode, err } = await runLockstep(['trust', 'https://127.0.0.1:9'], { env: {} })
    expect(exitCode).toBe(1)
    expect(err).toContain('ECONNREFUSED')
  })
})

/** A file that does not exist yet. */
function aPath(): string {
  return join(dirname(aFile('x', '')), 'trusted.pem')
}
