import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const root = new URL('..', import.meta.url).pathname
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8')
type Rules = { groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[] }

test('infra/prometheus/alerts.yml asks only for metrics that there are, and says something of each alert', () => {
  const { groups } = parse(read('infra/prometheus/alerts.yml')) as Rules
  const rules = groups.flatMap((group) => group.rules)
  const sources = globSync('{packages,services}/*/src/**/*.ts', { cwd: root }).map(read).join('')
  const asked = rules.flatMap(({ expr }) => expr.match(/lockstep_\w+/g) ?? [])
  expect(asked.filter((name) => !sources.includes(`name: '${name}'`))).toEqual([])
  expect(asked.length).toBeGreaterThanOrEqual(rules.length)
  expect(rules.filter(({ annotations }) => !annotations.summary)).toEqual([])
})

const promtool = (...args: string[]) =>
  spawnSync('promtool', args, { cwd: `${root}infra/prometheus`, encoding: 'utf8' })

test.skipIf(promtool('--version').status !== 0)(
  'Prometheus takes the rules, and they fire as infra/prometheus/alerts.test.yml says',
  () => {
    expect(promtool('check', 'rules', 'alerts.yml')).toMatchObject({ status: 0 })
    expect(promtool('test', 'rules', 'alerts.test.yml')).toMatchObject({ status: 0 })
  },
)
