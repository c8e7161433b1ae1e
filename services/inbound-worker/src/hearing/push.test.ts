import { ExchangeTransientError } from '@lockstep/exchange'
import { MemoryCalendarGateway } from '@lockstep/exchange/testing'
import { createLedger, type Hearing } from '@lockstep/ledger'
import { createLogger } from '@lockstep/runtime'
import { testRedis } from '@lockstep/runtime/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createPush } from './push.ts'

const minuteMs = 60_000
const silentMs = 2 * 5 * minuteMs

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

describe('a mailbox that Exchange is to call for', () => {
  test('is waited for first; where no call comes it is asked again, at growing distances', async () => {
    const { keep, tokens } = await setUp()
    expect(await keep()).toMatchObject({ kind: 'waiting', whyNot: 'STARTING', lookAgainMs: 2_000 })
    vi.advanceTimersByTime(1_999)
    expect(await keep()).toMatchObject({ kind: 'waiting', lookAgainMs: 1 })
    expect(tokens()).toHaveLength(1)

    const distances: number[] = []
    for (let asked = 2; asked <= 12; asked += 1) {
      const startedMs = Date.now()
      for (let kept = await keep(); tokens().length < asked; kept = await keep())
        vi.advanceTimersByTime(kept.lookAgainMs)
      distances.push(Date.now() - startedMs)
      expect(await keep()).toMatchObject({ kind: 'unheard', whyNot: 'NOT_CALLED' })
    }
    const doubled = [4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 512_000]
    expect(distances).toEqual([1, ...doubled, silentMs, silentMs])
  })

  test('is heard of while a sign of life comes within twice the status frequency', async () => {
    const { keep, call, tokens } = await setUp()
    await keep()
    for (let sign = 0; sign < 3; sign += 1) {
      vi.advanceTimersByTime(silentMs - 1)
      await call()
      expect(await keep()).toEqual({ kind: 'heard', lookAgainMs: silentMs })
    }
    expect(tokens()).toHaveLength(1)
  })

  test('is subscribed anew after that, gets a moment, and is unheard of without a call', async () => {
    const { keep, call, tokens } = await setUp()
    await keep()
    vi.advanceTimersByTime(1_000)
    await call()
    vi.advanceTimersByTime(silentMs - 1)
    expect(await keep()).toEqual({ kind: 'heard', lookAgainMs: 1 })
    vi.advanceTimersByTime(1)
    expect(await keep()).toMatchObject({ kind: 'waiting', whyNot: 'SILENT' })
    expect(tokens()).toHaveLength(2)
    vi.advanceTimersByTime(2_000)
    expect(await keep()).toMatchObject({ kind: 'unheard', whyNot: 'SILENT', tries: 1 })

    vi.advanceTimersByTime(10)
    await call()
    expect(await keep()).toMatchObject({ kind: 'heard' })
  })

  test('is subscribed anew with a new token each time', async () => {
    const { keep, tokens } = await setUp()
    for (let time = 0; time < 5; time += 1) {
      await keep()
      vi.advanceTimersByTime(silentMs)
    }
    expect(new Set(tokens()).size).toBe(5)
  })

  test('that came to be known without a call is given as long as one may be on its way', async () => {
    const { keep, call } = await setUp()
    await keep()
    vi.advanceTimersByTime(1_000)
    await call()
    expect(await keep({ isUnheard: true })).toEqual({ kind: 'heard', lookAgainMs: 5_000 })
    vi.advanceTimersByTime(5_000)
    expect(await keep({ isUnheard: true })).toMatchObject({ kind: 'waiting', whyNot: 'UNHEARD' })
  })

  test('that Exchange refuses to subscribe is asked for later and later, with the reason', async () => {
    const { keep, gateway } = await setUp()
    gateway.goDown(new ExchangeTransientError('ErrorExceededSubscriptionCount'))
    const whyNot = 'ErrorExceededSubscriptionCount'
    for (const lookAgainMs of [4_000, 8_000, 16_000, 32_000]) {
      expect(await keep()).toMatchObject({ kind: 'unheard', whyNot, lookAgainMs })
      vi.advanceTimersByTime(lookAgainMs)
    }
  })

  test('is subscribed anew once Exchange was away: it may have lost the subscription', async () => {
    const { keep, call, push, tokens } = await setUp()
    await keep()
    vi.advanceTimersByTime(1_000)
    await call()
    vi.advanceTimersByTime(1_000)
    push.distrust()
    await keep()
    expect(tokens()).toHaveLength(2)
  })
})

async function setUp() {
  const { redis, prefix } = testRedis()
  const ledger = createLedger(redis, { prefix })
  const gateway = new MemoryCalendarGateway()
  const mailbox = await ledger.enable('alice@contoso.example', Date.now())
  const options = { publicUrl: 'https://lockstep.contoso.example', statusFrequencyMinutes: 5, minuteMs }
  const log = createLogger('test', 'silent')
  const push = createPush({ ledger, gateway, log, connection: 'default', options })
  const tokens = () => [...gateway.subscriptions.values()].map(({ url }) => url.split('/').at(-1)!)
  let pushTries = 0
  let whyNot: string | undefined
  return {
    push,
    gateway,
    tokens,
    keep: async ({ isUnheard = false } = {}) => {
      const { subscription } = await ledger.mailboxState(mailbox.id)
      const hearing: Hearing = {
        way: 'poll',
        sinceMs: 0,
        pushTries,
        ...(whyNot && { whyNot: { push: whyNot } }),
      }
      const state = { hearing, ...(subscription && { subscription }) }
      const kept = await push.keep({ mailbox, state, isUnheard }, new AbortController().signal)
      pushTries = kept.kind === 'heard' ? 0 : kept.tries
      whyNot = kept.kind === 'heard' ? undefined : kept.whyNot
      return kept
    },
    /** Exchange calls with the newest token. */
    call: () => ledger.heard(tokens().at(-1)!, Date.now()),
  }
}
