import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const command = fileURLToPath(new URL('../bin/lockstep.js', import.meta.url))
const run = (...options: string[]) =>
  spawnSync(process.execPath, [...options, command, '--help'], {
    encoding: 'utf8',
    env: { NODE_ENV: 'test' },
  })

/** As far as the command can tell. */
const inNode = (version: string) =>
  `--import=data:text/javascript,Object.defineProperty(process.versions,'node',{value:'${version}'})`

describe('the command', () => {
  test.each(['20.20.2', '25.9.0'])('says what to do where Node is too old: %s', (version) => {
    const { status, stdout, stderr } = run(inNode(version))
    expect(stderr).toMatch(
      new RegExp(
        `^lockstep needs Node 26 or newer, and this is ${version}\\. In the repository run "npx .*\\n$`,
      ),
    )
    expect({ status, stdout }).toEqual({ status: 78, stdout: '' })
  })

  test('runs in a Node that is new enough', () => {
    const { status, stdout } = run()
    expect(stdout).toContain('Usage: lockstep')
    expect(status).toBe(0)
  })

  test('ends by itself, also while Redis is away', () => {
    const env = { EWS_URL: 'http://127.0.0.1:9/', EWS_USERNAME: 'svc', EWS_PASSWORD: 'x', NODE_ENV: 'test' }
    const { status, signal, stderr } = spawnSync(process.execPath, [command, 'mailboxes', 'list'], {
      encoding: 'utf8',
      timeout: 60_000,
      killSignal: 'SIGKILL',
      env: { ...env, REDIS_URL: 'redis://127.0.0.1:1' },
    })
    expect({ status, signal }).toEqual({ status: 1, signal: null })
    expect(stderr).toContain('Redis does not answer')
  })
})
