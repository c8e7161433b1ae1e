import { expect, test } from 'vitest'
import { createExpiryAlarm } from './expiry-alarm.ts'
import { createLogger } from './logger.ts'

const dayMs = 86_400_000
const end = Date.parse('2027-01-31T00:00:00Z')
const certificate = { use: 'server', fingerprint: 'ab', validToMs: end }

function setUp() {
  const lines: { level: string; daysLeft: number; use: string; mend: string }[] = []
  const write = (line: string) => void lines.push(JSON.parse(line) as never)
  return { lines, alarm: createExpiryAlarm(createLogger('test', 'info', { write })) }
}

test('a certificate is told of 30, 7 and 1 days before its end, and then, each once', () => {
  const { alarm, lines } = setUp()
  alarm.learn(certificate, end - 40 * dayMs)
  for (let hours = 40 * 24; hours >= -48; hours -= 1) {
    const nowMs = end - hours * 3_600_000
    if (hours % 5 === 0) alarm.learn(certificate, nowMs)
    alarm.look(nowMs)
  }
  expect(lines.map(({ level, daysLeft }) => [level, daysLeft])).toEqual([
    ['warn', 30],
    ['error', 7],
    ['error', 1],
    ['error', 0],
  ])
  expect(lines[0]).toMatchObject({ use: 'server', mend: expect.stringContaining('renew') })
})

test('one that is found late is told of once, with the step that is reached', () => {
  const { alarm, lines } = setUp()
  alarm.learn(certificate, end - 3 * dayMs)
  alarm.learn(certificate, end - 3 * dayMs + 1)
  expect(lines.map(({ daysLeft }) => daysLeft)).toEqual([3])
})

test('a renewed one is told of by itself, and each use too', () => {
  const { alarm, lines } = setUp()
  alarm.learn(certificate, end - 2 * dayMs)
  alarm.learn({ ...certificate, fingerprint: 'cd', validToMs: end + 300 * dayMs }, end)
  alarm.learn({ ...certificate, use: 'oauth' }, end - 2 * dayMs)
  alarm.look(end + 271 * dayMs)
  expect(lines.map(({ use, daysLeft }) => [use, daysLeft])).toEqual([
    ['server', 2],
    ['oauth', 2],
    ['server', 29],
    ['oauth', -271],
  ])
})

test('a client secret is told of like a certificate', () => {
  const { alarm, lines } = setUp()
  alarm.learn({ ...certificate, use: 'secret', account: 'one' }, end - 6 * dayMs)
  alarm.look(end)
  const mend = expect.stringContaining('EWS_OAUTH_CLIENT_SECRET_EXPIRES')
  expect(lines).toMatchObject([
    { level: 'error', msg: 'a client secret expires soon', account: 'one', daysLeft: 6, mend },
    { level: 'error', msg: 'a client secret has expired' },
  ])
})

test('servers that show different ones in turn are told of once each', () => {
  const { alarm, lines } = setUp()
  for (const fingerprint of ['ab', 'cd', 'ab', 'cd', 'ab'])
    alarm.learn({ ...certificate, fingerprint }, end - 3 * dayMs)
  expect(lines).toHaveLength(2)
})
