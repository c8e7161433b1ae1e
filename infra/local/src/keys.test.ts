import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { keysIn } from './keys.ts'

test('keys are made once, for their owner only, and stay', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-keys-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const first = await keysIn(folder)
  expect(first.fingerprintKey).toMatch(/^[0-9a-f]{64}$/)
  expect(Buffer.from(first.webhookSecret.replace('whsec_', ''), 'base64')).toHaveLength(32)
  expect(await keysIn(folder)).toEqual(first)
  expect(statSync(join(folder, 'keys.json')).mode & 0o777).toBe(0o600)
})
