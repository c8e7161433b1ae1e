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

test.each(pages)('every link of %s leads to a file', (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target]) => target!)
  expect(links.filter((target) => !existsSync(join(root, dirname(page), target)))).toEqual([])
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
