import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { list, secret } from '@lockstep/runtime'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { loadDeployment } from './load-deployment.ts'
import { deploymentVariables } from './variables.ts'

const schemas = {
  service: z.object(deploymentVariables).transform(({ KEY_PREFIX }) => ({ prefix: KEY_PREFIX })),
  connection: z.object({
    EWS_URL: z.url('expected an address'),
    EWS_PASSWORD: secret(),
    MAILBOXES: list.default([]),
    PRODUCER_API_KEYS: secret().default('none'),
    MUTE: z.enum(['true', 'false']).default('false'),
  }),
}
const redis = { REDIS_URL: 'redis://127.0.0.1:6379' }
const contoso = { EWS_URL: 'https://contoso.example/', EWS_PASSWORD: 'one' }
const fabrikam = { EWS_URL: 'https://fabrikam.example/', EWS_PASSWORD: 'two' }

describe('without a file', () => {
  test('there is one connection, made of the environment', () => {
    const { connections, names } = loadDeployment(schemas, { ...redis, ...contoso, MAILBOXES: 'a@x, b@x' })
    expect(names).toEqual(['default'])
    expect(connections.get('default')).toMatchObject({ ...contoso, MAILBOXES: ['a@x', 'b@x'] })
  })

  test('a file of a secret in the environment is one whose change may be a change of settings', () => {
    const file = fileWith('one\n')
    const env = { ...redis, EWS_URL: contoso.EWS_URL, EWS_PASSWORD_FILE: file }
    expect(loadDeployment(schemas, env).files).toEqual([file])
  })

  test('what is wrong is told without the name of a connection', () => {
    expect(problemsOf({ ...contoso, EWS_URL: 'here' })).toEqual([
      'REDIS_URL: set it or REDIS_URL_FILE',
      'EWS_URL: expected an address (is "here")',
    ])
  })
})

describe('with a file', () => {
  test('each connection has its own values, and the environment those that it leaves out', () => {
    const { connections, names } = load({ contoso: { ...contoso, MUTE: true }, fabrikam }, { MUTE: 'false' })
    expect(names).toEqual(['contoso', 'fabrikam'])
    expect(connections.get('contoso')).toMatchObject({ EWS_PASSWORD: 'one', MUTE: 'true' })
    expect(connections.get('fabrikam')).toMatchObject({ EWS_PASSWORD: 'two', MUTE: 'false' })
  })

  test('a list may be written as one', () => {
    const { connections } = load({ contoso: { ...contoso, MAILBOXES: ['a@x', 'b@x'] } })
    expect(connections.get('contoso')?.MAILBOXES).toEqual(['a@x', 'b@x'])
  })

  test.each([
    ['a file outranks a secret of the environment', { EWS_PASSWORD: 'inherited' }, 'EWS_PASSWORD_FILE'],
    ['a secret outranks a file of the environment', { EWS_PASSWORD_FILE: '/nowhere' }, 'EWS_PASSWORD'],
  ])('%s', (_, inherited, name) => {
    const value = name === 'EWS_PASSWORD' ? 'own' : fileWith('own\n')
    const { connections } = load({ contoso: { EWS_URL: contoso.EWS_URL, [name]: value } }, inherited)
    expect(connections.get('contoso')?.EWS_PASSWORD).toBe('own')
  })

  test('a process serves those that CONNECTIONS names, and knows of the others', () => {
    const { connections, names } = load({ contoso, fabrikam }, { CONNECTIONS: 'fabrikam' })
    expect([...connections.keys()]).toEqual(['fabrikam'])
    expect(names).toEqual(['contoso', 'fabrikam'])
  })

  test('all that is wrong is told at once, with connection and variable, and no secret', () => {
    const told = problemsIn(
      {
        contoso: { ...contoso, EWS_URL: 'here', REDIS_URL: 'redis://a', MUTE: {} },
        Fabrikam: { ...fabrikam, EWS_PASSWROD: 'hunter2' },
      },
      { KEY_PREFIX: 'a b' },
    )
    expect(told).toEqual([
      expect.stringMatching(/^KEY_PREFIX: expected letters/),
      expect.stringMatching(/^contoso: REDIS_URL: is no variable of a connection/),
      'contoso: MUTE: expected a text, a number, true or false, or a list of such texts',
      expect.stringMatching(/^Fabrikam: name connections in lower case/),
      expect.stringMatching(/^Fabrikam: EWS_PASSWROD: is no variable of a connection/),
    ])
    expect(told.join()).not.toContain('hunter2')
  })

  test('what is wrong in two connections is told of both', () => {
    expect(
      problemsIn({ contoso: { ...contoso, EWS_URL: 'here' }, fabrikam: { ...fabrikam, MUTE: 1 } }),
    ).toEqual([
      'contoso: EWS_URL: expected an address (is "here")',
      expect.stringMatching(/^fabrikam: MUTE: .*\(is "1"\)$/),
    ])
  })

  test.each([
    ['MAILBOXES', ['a@x', 'b@x', 'c@x'], ['B@X', 'd@x', 'C@x'], '1, 3'],
    ['PRODUCER_API_KEYS', 'k1,k2', 'k3, k1', '2'],
  ])('%s: the same in two connections is refused', (name, one, other, places) => {
    const told = problemsIn({
      contoso: { ...contoso, [name]: one },
      fabrikam: { ...fabrikam, [name]: other },
    })
    expect(told).toEqual([
      expect.stringContaining(`fabrikam: ${name}: number ${places} of its list is in contoso too`),
    ])
  })

  test('a connection that is not there cannot be served', () => {
    expect(problemsIn({ contoso }, { CONNECTIONS: 'contoso,fabrikam' })).toEqual([
      'CONNECTIONS: there is no connection "fabrikam", only contoso',
    ])
  })

  test.each([
    ['{ "connections": {} }', /^CONNECTIONS_FILE: expected \{ "connections"/],
    ['{ "contoso": {} }', /^CONNECTIONS_FILE: expected \{ "connections"/],
    ['{\n "hunter2": }', /^CONNECTIONS_FILE: \S+ is not JSON/],
  ])('%s is no file of connections', (text, problem) => {
    expect(problemsOf({ ...redis, CONNECTIONS_FILE: fileWith(text) })).toEqual([
      expect.stringMatching(problem),
    ])
  })

  test('a file that is not there is named', () => {
    expect(problemsOf({ ...redis, CONNECTIONS_FILE: '/nowhere' })).toEqual([
      'CONNECTIONS_FILE: cannot read /nowhere (ENOENT)',
    ])
  })
})

function load(connections: object, env: NodeJS.ProcessEnv = {}) {
  return loadDeployment(schemas, {
    ...redis,
    CONNECTIONS_FILE: fileWith(JSON.stringify({ connections })),
    ...env,
  })
}

function problemsIn(connections: object, env: NodeJS.ProcessEnv = {}): string[] {
  return problemsOf({ ...redis, CONNECTIONS_FILE: fileWith(JSON.stringify({ connections })), ...env })
}

function problemsOf(env: NodeJS.ProcessEnv): string[] {
  try {
    loadDeployment(schemas, env)
  } catch (error) {
    const [, ...lines] = (error as Error).message.split('\n')
    return lines.map((line) => line.trim())
  }
  return []
}

function fileWith(text: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'lockstep-connections-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const path = join(dir, 'file')
  writeFileSync(path, text)
  return path
}
