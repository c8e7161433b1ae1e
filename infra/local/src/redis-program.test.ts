import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findRedisProgram } from './redis-program.ts'
import { StartError } from './start-error.ts'

test('takes the one on PATH if it is new enough', async () => {
  const [old, good] = [
    aProgram('redis-server', 'Redis server v=5.0.14 sha=0'),
    aProgram('redis-server', 'v=7.2.4'),
  ]
  const program = await findRedisProgram({ env: { PATH: `${old}:${good}`, HOME: aFolder() } })
  expect(program).toEqual({ command: join(good, 'redis-server'), env: {} })
})

test('takes Valkey as well', async () => {
  const folder = aProgram('valkey-server', 'Valkey server v=8.1.1 sha=0')
  const program = await findRedisProgram({ env: { PATH: folder, HOME: aFolder() } })
  expect(program.command).toBe(join(folder, 'valkey-server'))
})

test('unpacks the one of the distribution into the cache, once', async () => {
  const env = { PATH: aFolder(), HOME: aFolder() }
  const unpacked: string[] = []
  const unpack = async (names: readonly string[], folder: string) => {
    unpacked.push(...names)
    writeProgram(join(folder, 'usr', 'bin'), names[0]!, 'Redis server v=7.0.15')
  }
  const first = await findRedisProgram({ env, unpack })
  expect(first.command.startsWith(join(env.HOME, '.cache', 'lockstep'))).toBe(true)
  expect(await findRedisProgram({ env, unpack })).toEqual(first)
  expect(unpacked).toEqual(['redis-server', 'redis-tools'])
})

test('says what to install where there is neither a server nor a way to get one', async () => {
  const unpack = () => Promise.reject(Object.assign(new Error('spawn apt-get ENOENT'), { code: 'ENOENT' }))
  const failure = await findRedisProgram({ env: { PATH: aFolder(), HOME: aFolder() }, unpack }).catch(
    (error: unknown) => error as Error,
  )
  expect(failure).toBeInstanceOf(StartError)
  expect(failure).toMatchObject({
    message: expect.stringMatching(/apt-get install redis-server[^]*set REDIS_URL[^]*no apt-get/) as string,
  })
})

function aProgram(name: string, version: string): string {
  const folder = aFolder()
  writeProgram(folder, name, version)
  return folder
}

function writeProgram(folder: string, name: string, version: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), `#!/bin/sh\necho '${version}'\n`, { mode: 0o755 })
}

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-program-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
