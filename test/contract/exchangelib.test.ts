import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSimulator } from '@lockstep/exchange-simulator'
import { canValidate, schemaViolations } from '@lockstep/exchange-simulator/testing'
import { freePort } from '@lockstep/local'
import { describe, expect, onTestFinished, test } from 'vitest'
import { alice, bob } from '../support/system.ts'

/** A check of EWS servers that is not ours, with a client that is not ours (Debian: python3-exchangelib). */
const check = new URL('../../../shared/checks/check-exchangelib.py', import.meta.url).pathname
const python = '/usr/bin/python3'
const canCheck = existsSync(check) && spawnSync(python, ['-c', 'import exchangelib']).status === 0

type Run = { auth: 'basic' | 'ntlm'; access: 'impersonation' | 'delegate'; over: 'http' | 'https' }

describe.skipIf(!canCheck)('exchangelib takes the simulator for Exchange', () => {
  test.each<Run>([
    { auth: 'basic', access: 'impersonation', over: 'http' },
    { auth: 'ntlm', access: 'impersonation', over: 'https' },
    { auth: 'ntlm', access: 'delegate', over: 'http' },
  ])('$auth, $access, over $over: every step is ok', async ({ auth, access, over }) => {
    const folder = await mkdtemp(join(tmpdir(), 'exchangelib-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const recordDir = join(folder, 'soap')
    const simulator = await startSimulator({
      seed: false,
      recordDir,
      ...(over === 'https' && { httpsPort: 0 }),
    })
    onTestFinished(() => simulator.close())
    const ca = join(folder, 'ca.pem')
    if (simulator.secure) await writeFile(ca, simulator.secure.ca)

    const options = {
      url: simulator.secure?.url ?? simulator.url,
      user: 'svc-lockstep@contoso.example',
      password: 'lockstep',
      mailbox: alice,
      mailbox2: bob,
      'push-port': await freePort(),
      auth,
      access,
      ...(simulator.secure && { ca }),
    }
    const { ok, failed } = await runCheck(
      Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
    )
    expect(failed).toEqual([])
    expect(ok.length).toBeGreaterThan(60)
    if (canValidate) expect((await schemaViolations(recordDir)).violations.filter(isUnexpected)).toEqual([])
  })
})

/** exchangelib names versions of Exchange that are newer than the schema. */
function isUnexpected(violation: string): boolean {
  return !violation.includes('element RequestServerVersion')
}

/** The steps that went well and those that did not, each with its reason. */
async function runCheck(args: readonly string[]): Promise<{ ok: string[]; failed: string[] }> {
  const output = await new Promise<string>((resolve) => {
    execFile(python, [check, ...args], { encoding: 'utf8' }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    )
  })
  const lines = output.split('\n')
  return {
    ok: lines.filter((line) => line.startsWith('ok ')),
    failed: lines.filter((line) => line !== '' && !/^(ok|skip) |^\d+ |0 failed/.test(line)),
  }
}
