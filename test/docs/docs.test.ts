import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { connectionVariableNames, isConnectionVariable } from '@lockstep/connections'
import { connectionVariables as inboundWorker } from '@lockstep/inbound-worker'
import { connectionVariables as ingress } from '@lockstep/ingress'
import { connectionVariables as outboundWorker } from '@lockstep/outbound-worker'
import { describeVariables } from '@lockstep/runtime'
import { describe, expect, test } from 'vitest'
import { configurationDocs } from './configuration.ts'

const root = new URL('../..', import.meta.url).pathname
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const pages = globSync('{*.md,docs/**/*.md}', { cwd: root })

test('docs/configuration.md says what the schemas say; `pnpm run docs` writes it', () => {
  expect(read('docs/configuration.md')).toBe(configurationDocs())
})

test('a file of connections may set what the services read of a connection, and nothing else', () => {
  const schemas = [ingress, inboundWorker, outboundWorker]
  const rows = schemas.flatMap((schema) => describeVariables(schema))
  const secret = rows.filter((row) => row.secret && !row.name.endsWith('_FILE')).map(({ name }) => name)
  expect(connectionVariableNames.toSorted()).toEqual([...new Set(rows.map(({ name }) => name))].toSorted())
  expect(secret.filter((name) => !isConnectionVariable(`${name}_FILE`))).toEqual([])
})

test.each(pages)('every link of %s leads to a file, and to a heading of it', (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)]
  const broken = links.filter(([, target, heading]) => {
    const path = target ? join(dirname(page), target) : page
    return !existsSync(join(root, path)) || (heading !== undefined && !headingsOf(path).includes(heading))
  })
  expect(broken.map(([link]) => link)).toEqual([])
})

/** The headings of a page, as links name them. */
function headingsOf(path: string): string[] {
  const headings = [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, text]) => text!)
  return headings.map((text) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

describe('the log messages in docs/operations.md', () => {
  const [, table] = read('docs/operations.md').split('## Logs')
  const named = [...table!.matchAll(/^\| (?:error|warn|info) +\|([^|]+)\|/gm)]
    .flatMap(([, cell]) => [...cell!.matchAll(/`([^`]+)`/g)])
    .map(([, message]) => message!.replace(/ …$/, ''))
  const services = 'packages/*,services/{admin,ingress,inbound-worker,outbound-worker}'
  const paths = globSync(`{${services}}/src/**/*.ts`, { cwd: root, exclude: ['**/*.test.ts'] })
  const code = paths.map(read).join('\n')

  test('are those of the code', () => {
    expect(named.length).toBeGreaterThan(40)
    expect(named.filter((message) => !code.includes(message))).toEqual([])
  })

  test('are all that tell of trouble', () => {
    const logged = [...code.matchAll(/\blog(?:ger)?\.(?:warn|error)\([^;]*?'([^'\n]+)',?\s*\)/g)].map(
      ([, text]) => text!,
    )
    expect(logged.length).toBeGreaterThan(20)
    expect(logged.filter((text) => !named.some((message) => text.startsWith(message)))).toEqual([])
  })
})

describe('docs/guarantees.md', () => {
  const sections = read('docs/guarantees.md').split(/^## /m).slice(1)
  /** A test is named by its file and its title: `path`: “title”. */
  const named = [...sections.join('').matchAll(/`([\w./-]+(?:\.test|-contract)\.ts)`:\s+“([^”]+)”/g)]
  const tests = named.map(([, path, title]) => [path!, title!.replaceAll(/\s+/g, ' ')] as const)

  test('has all fourteen, each with a test or the word that there is none', () => {
    expect(sections.map((section) => Number.parseInt(section, 10))).toEqual(
      Array.from({ length: 14 }, (_, index) => index + 1),
    )
    const silent = sections.filter((section) => !/\.ts`:\s+“|Not proved yet/.test(section))
    expect(silent).toEqual([])
  })

  test('names only tests that there are', () => {
    const missing = tests.filter(([path, title]) => {
      const source = existsSync(join(root, path)) ? read(path) : ''
      const quoted = [`'${title.replaceAll("'", String.raw`\'`)}'`, `"${title}"`, `\`${title}\``]
      return !quoted.some((text) => source.includes(text))
    })
    expect(tests.length).toBeGreaterThan(50)
    expect(missing).toEqual([])
  })
})
