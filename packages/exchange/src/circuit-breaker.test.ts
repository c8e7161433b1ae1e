import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { withCircuitBreaker } from './circuit-breaker.ts'
import {
  type ExchangeError,
  ExchangeRejectedError,
  ExchangeTransientError,
  ExchangeUnavailableError,
} from './errors.ts'
import { failed } from './item-results.ts'
import { MemoryCalendarGateway } from './testing/index.ts'

const mailbox = 'alice@contoso.example'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the circuit breaker', () => {
  test('lets a single failure pass', async () => {
    const { exchange, guarded, call } = setUp()
    exchange.goDown()
    expect(await call()).toMatchObject({ code: 'ECONNREFUSED' })
    expect(guarded.circuit()).toBe('closed')
  })

  test('opens when calls fail, and says that it did', async () => {
    const { exchange, guarded, states, fail } = setUp()
    await fail()
    expect(guarded.circuit()).toBe('open')
    expect(states).toEqual(['open'])
    expect(exchange.calls['sync']).toBe(3)
  })

  test('refuses calls while it is open, says until when, and that nothing was done', async () => {
    const { exchange, call, fail } = setUp()
    await fail()
    await vi.advanceTimersByTimeAsync(500)
    expect(await call()).toMatchObject({ code: 'CIRCUIT_OPEN', effect: 'none', retryAfterMs: 1_500 })
    expect(exchange.calls['sync']).toBe(3)
  })

  test('probes once every 2 s while it is open', async () => {
    const { exchange, fail } = setUp()
    await fail()
    await vi.advanceTimersByTimeAsync(1_999)
    expect(exchange.calls['probe']).toBeUndefined()
    await vi.advanceTimersByTimeAsync(60_001)
    expect(exchange.calls['probe']).toBe(31)
    expect(exchange.calls['sync']).toBe(3)
  })

  test('never has two probes on the way', async () => {
    const { exchange, fail } = setUp()
    const probe = vi.spyOn(exchange, 'probe').mockImplementation(() => new Promise(() => {}))
    await fail()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(probe).toHaveBeenCalledOnce()
  })

  test('closes when a probe is answered', async () => {
    const { exchange, guarded, states, call, fail } = setUp()
    await fail()
    await vi.advanceTimersByTimeAsync(10_000)
    exchange.comeBack()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(guarded.circuit()).toBe('closed')
    expect(states).toEqual(['open', 'closed'])
    expect(await call()).toBeUndefined()
  })

  test('opens again after it closed', async () => {
    const { exchange, states, fail } = setUp()
    await fail()
    exchange.comeBack()
    await vi.advanceTimersByTimeAsync(2_000)
    await fail()
    expect(states).toEqual(['open', 'closed', 'open'])
  })

  test.each([
    new ExchangeRejectedError('ErrorSchemaValidation'),
    new ExchangeTransientError('ErrorInternalServerError'),
    unavailable('ErrorServerBusy'),
    unavailable('ErrorMailboxStoreUnavailable'),
    unavailable('BUDGET_UNAVAILABLE'),
    unavailable('BACKING_OFF'),
    unavailable('ABORTED'),
  ])('does not open for $code', async (error) => {
    const { guarded, exchange, call } = setUp()
    vi.spyOn(exchange, 'sync').mockRejectedValue(error)
    for (let attempt = 0; attempt < 20; attempt += 1) expect(await call()).toBe(error)
    expect(guarded.circuit()).toBe('closed')
  })

  test('counts an outage within the results of a batch, and hands the results on', async () => {
    const { guarded, exchange } = setUp()
    const results = [failed(unavailable('TIMEOUT'))]
    vi.spyOn(exchange, 'getItems').mockResolvedValue(results)
    for (let attempt = 0; attempt < 3; attempt += 1)
      expect(await guarded.getItems(mailbox, ['a'])).toBe(results)
    expect(guarded.circuit()).toBe('open')
  })

  test('leaves nothing behind when it is closed for good', async () => {
    const { exchange, guarded, fail } = setUp()
    await fail()
    guarded.close()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(exchange.calls['probe']).toBeUndefined()
  })
})

function setUp() {
  const exchange = new MemoryCalendarGateway()
  const states: string[] = []
  const guarded = withCircuitBreaker(exchange, {
    errorThresholdPercentage: 50,
    volumeThreshold: 3,
    windowMs: 10_000,
    probeEveryMs: 2_000,
    onStateChange: (state) => states.push(state),
  })
  const call = () =>
    guarded.sync(mailbox, undefined).then(
      () => undefined,
      (error: ExchangeError) => error,
    )
  const fail = async () => {
    exchange.goDown()
    for (let attempt = 0; attempt < 3; attempt += 1) await call()
  }
  return { exchange, guarded, states, call, fail }
}

function unavailable(code: string) {
  return new ExchangeUnavailableError(code, 2_000, { effect: 'unknown' })
}
