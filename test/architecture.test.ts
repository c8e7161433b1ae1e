import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

/** Who may depend on whom. Arrows point inwards: nothing here depends on a service, and the domain on nothing. */
const allowed: Record<string, string[]> = {
  domain: [],
  runtime: [],
  queue: [],
  ui: [],
  exchange: ['domain'],
  ledger: ['domain'],
  producer: ['domain', 'ledger', 'queue'],
  connections: ['exchange', 'ledger', 'queue', 'runtime'],
  ingress: ['connections', 'domain', 'exchange', 'ledger', 'producer', 'queue', 'runtime'],
  'outbound-worker': ['connections', 'domain', 'exchange', 'ledger', 'queue', 'runtime'],
  'inbound-worker': ['connections', 'domain', 'exchange', 'ledger', 'producer', 'queue', 'runtime'],
  admin: ['connections', 'exchange', 'ledger', 'runtime'],
  'exchange-simulator': ['runtime', 'ui'],
  'sample-application': ['producer', 'runtime', 'ui'],
}

/** What only one place may know. */
const secrets: Record<string, RegExp> = {
  queue: /from 'bullmq'/,
  exchange: /from '(ews-javascript-api|opossum)/,
}

/** A bare import, the clock, chance, the process, or anything that waits. */
const impurity = /from '(?!\.).*'|Date\.now|new Date\(\)|Temporal\.Now|Math\.random|process\.\w+|\basync /

const root = new URL('..', import.meta.url).pathname
const sourcesOf = (pattern: string) =>
  globSync(pattern, { cwd: root, exclude: (path) => path.endsWith('.test.ts') || path.includes('testing') })
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8')
const manifests = globSync('{packages,services}/*/package.json', { cwd: root })

describe('the dependency direction', () => {
  test('covers every package and service', () => {
    expect(manifests.map((path) => path.split('/')[1]!).toSorted()).toEqual(Object.keys(allowed).toSorted())
  })

  test.each(manifests)('%s depends only on what is below it', (path) => {
    const { dependencies = {} } = JSON.parse(read(path)) as { dependencies?: Record<string, string> }
    const internal = Object.keys(dependencies).filter((name) => name.startsWith('@lockstep/'))
    const permitted = allowed[path.split('/')[1]!]!.map((name) => `@lockstep/${name}`)
    expect(internal.filter((name) => !permitted.includes(name))).toEqual([])
  })

  test.each(Object.entries(secrets))('only %s knows its library', (owner, pattern) => {
    const sources = sourcesOf('{packages,services}/*/src/**/*.ts')
    const knowing = sources.filter(
      (path) => !path.startsWith(`packages/${owner}/`) && pattern.test(read(path)),
    )
    expect(knowing).toEqual([])
  })
})

describe('the domain is pure', () => {
  test.each(sourcesOf('packages/domain/src/**/*.ts'))(
    '%s: no package, no clock, no chance, no waiting',
    (path) => {
      expect(read(path).match(impurity)?.[0]).toBeUndefined()
    },
  )
})
