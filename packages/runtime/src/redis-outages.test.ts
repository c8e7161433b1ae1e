import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createLogger } from './logger.ts'
import { RedisAwayError } from './redis-errors.ts'
import { watchOutages } from './redis-outages.ts'

class LedgerUnavailableError extends Error {
  override name = 'LedgerUnavailableError'
}
class ReplyError extends Error {
  override name = 'ReplyError'
}
const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:6379'), { code: 'ECONNREFUSED' })

describe('an outage of Redis', () => {
  test('is told when it begins, every half a minute, and when it is over for all connections that feel it', () => {
    const { outages, said } = setUp()
    const [one, other] = [{}, {}]
    outages.began(one)
    outages.began(other, refused)
    outages.began(one, refused)
    expect(said()).toEqual(['redis is away: all work waits, trying to connect again and again'])
    vi.advanceTimersByTime(60_000)
    const still = 'redis is still away, trying to connect again and again'
    expect(said()).toEqual([still, still])
    outages.ended(one)
    expect(said()).toEqual([])
    outages.ended(other)
    expect(said()).toEqual(['redis is back'])
    outages.ended(one)
    vi.advanceTimersByTime(60_000)
    expect(said()).toEqual([])
  })

  test('says why, and what to look at', () => {
    const { outages, lines } = setUp()
    outages.began({}, refused)
    const why = { level: 'warn', reason: refused.message, mend: 'check REDIS_URL, and that Redis runs' }
    expect(JSON.parse(lines[0]!)).toMatchObject(why)
    vi.advanceTimersByTime(30_000)
    expect(JSON.parse(lines[1]!)).toMatchObject({ ...why, awayMs: 30_000 })
    expect(lines.join()).not.toContain('stack')
  })

  test('is over without a word where we end the connection ourselves', () => {
    const { outages, said } = setUp()
    const one = {}
    outages.began(one)
    outages.closed(one)
    vi.advanceTimersByTime(60_000)
    expect(said()).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each([
    ['the connection', refused],
    ['a command', new RedisAwayError('Redis was not ready within 1 s')],
    ['the ledger', new LedgerUnavailableError('Redis does not serve', { cause: refused })],
  ])('is to blame for what %s fails with, and that is not told besides', (_, error) => {
    const { outages, said } = setUp()
    expect(outages.isToBlame(error)).toBe(true)
    expect(said()).toEqual([])
  })

  test('is not to blame for anything else', () => {
    const { outages } = setUp()
    outages.began({}, refused)
    expect(outages.isToBlame(new TypeError('undefined is no function'))).toBe(false)
    expect(outages.isToBlame(new ReplyError('WRONGTYPE Operation against a key'))).toBe(false)
    expect(outages.isToBlame(new Error('Exchange is away', { cause: refused }))).toBe(false)
  })
})

test('a Redis that is there and does not serve is told now and then', () => {
  const { outages, lines } = setUp()
  const full = new LedgerUnavailableError('Redis does not serve', { cause: new ReplyError('OOM no room') })
  for (let second = 0; second < 60; second += 1) {
    expect(outages.isToBlame(full)).toBe(true)
    vi.advanceTimersByTime(1_000)
  }
  const refusal = { level: 'warn', reason: 'OOM no room' }
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([refusal, refusal])
})

function setUp() {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const lines: string[] = []
  const outages = watchOutages(createLogger('test', 'info', { write: (line) => void lines.push(line) }))
  const said = () => lines.splice(0).map((line) => (JSON.parse(line) as { msg: string }).msg)
  return { outages, lines, said }
}
