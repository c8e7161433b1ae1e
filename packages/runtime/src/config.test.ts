import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { commonVariables, CONFIG_ERROR_EXIT_CODE, ConfigError, parseConfig } from './config.ts'
import { port, seconds, secret } from './variables.ts'

const schema = z
  .object({
    ...commonVariables,
    HTTP_PORT: port.default(8080),
    REST_SECONDS: seconds.default(30_000),
    API_KEY: secret().refine((key) => key.length > 3, 'is too short'),
  })
  .transform(({ REDIS_URL, ...rest }) => ({ redisUrl: REDIS_URL, ...rest }))

const sound = { REDIS_URL: 'redis://127.0.0.1:6379', API_KEY: 'letmein' }

test('fills in defaults and converts', () => {
  expect(parseConfig(schema, { ...sound, HTTP_PORT: '81', REST_SECONDS: '1.5' })).toEqual({
    redisUrl: 'redis://127.0.0.1:6379',
    KEY_PREFIX: 'lockstep',
    LOG_LEVEL: 'info',
    BIND_ADDRESS: '127.0.0.1',
    HTTP_PORT: 81,
    REST_SECONDS: 1_500,
    API_KEY: 'letmein',
  })
})

test('takes an empty variable for one that is not set', () => {
  expect(parseConfig(schema, { ...sound, HTTP_PORT: '' }).HTTP_PORT).toBe(8080)
})

test('tells every problem at once', () => {
  const problems = problemsOf({ HTTP_PORT: 'http', REST_SECONDS: '-1', LOG_LEVEL: 'loud' })
  expect(problems.split('\n')).toEqual([
    'The environment is not usable:',
    '  REDIS_URL: set it or REDIS_URL_FILE',
    expect.stringMatching(/^ {2}LOG_LEVEL: .*"debug".*\(is "loud"\)$/),
    '  HTTP_PORT: expected a port number (is "http")',
    expect.stringMatching(/^ {2}REST_SECONDS: .*\(is "-1"\)$/),
    '  API_KEY: set it or API_KEY_FILE',
  ])
})

test('never shows the value of a secret', () => {
  const problems = problemsOf({ REDIS_URL: 'http://user:hunter2@redis', API_KEY: 'abc' })
  expect(problems).toContain('API_KEY: is too short')
  expect(problems).toContain('REDIS_URL: expected redis://')
  expect(problems).not.toMatch(/hunter2|abc/)
})

test.each(['redis://a:1', 'rediss://user:pw@a:1/2', 'redis://a:1,redis://b:2', 'redis://a:1?cluster=true'])(
  'takes %s for a Redis address',
  (REDIS_URL) => {
    expect(parseConfig(schema, { ...sound, REDIS_URL }).redisUrl).toBe(REDIS_URL)
  },
)

test.each(['a:1', 'http://a:1', 'redis://', 'redis://a:1,b:2', 'redis://a:1,'])(
  'refuses %s as a Redis address',
  (REDIS_URL) => {
    expect(problemsOf({ ...sound, REDIS_URL })).toContain('REDIS_URL')
  },
)

test('reads a secret from a file, without the newline at its end', () => {
  const file = aFile('let me in \n')
  expect(parseConfig(schema, { REDIS_URL: sound.REDIS_URL, API_KEY_FILE: file }).API_KEY).toBe('let me in ')
})

test('refuses a secret that is given twice', () => {
  expect(problemsOf({ ...sound, API_KEY_FILE: aFile('other') })).toBe(
    'The environment is not usable:\n  API_KEY: set either API_KEY or API_KEY_FILE, not both',
  )
})

test('names a file that cannot be read, and does not call the secret missing as well', () => {
  expect(problemsOf({ REDIS_URL: sound.REDIS_URL, API_KEY_FILE: '/nowhere/key' })).toBe(
    'The environment is not usable:\n  API_KEY_FILE: cannot read /nowhere/key (ENOENT)',
  )
})

test('an unusable environment ends a process with its message alone and an exit code of its own', () => {
  const end = run("throw new ConfigError('PORT: is not set')")
  expect(end).toMatchObject({ status: CONFIG_ERROR_EXIT_CODE, stderr: 'PORT: is not set\n' })
})

test('any other failure ends a process with its stack', () => {
  const end = run("throw new Error('a defect')")
  expect(end.status).toBe(1)
  expect(end.stderr).toMatch(/Error: a defect\n\s+at /)
})

function run(statement: string) {
  const module = JSON.stringify(new URL('config.ts', import.meta.url).href)
  const program = `import { ConfigError, exitOnConfigError } from ${module}; exitOnConfigError(); ${statement}`
  return spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' })
}

function problemsOf(env: NodeJS.ProcessEnv): string {
  try {
    parseConfig(schema, env)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return 'none'
}

function aFile(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-secret-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'secret')
  writeFileSync(path, content)
  return path
}
