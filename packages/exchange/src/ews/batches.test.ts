import { describe, expect, test } from 'vitest'
import { ExchangeRejectedError, ExchangeUnavailableError, MailboxRefusedError } from '../errors.ts'
import { succeeded } from '../item-results.ts'
import { inBatches } from './batches.ts'

const numbers = Array.from({ length: 23 }, (_, index) => index)

describe('items in batches', () => {
  test('keep their order and never exceed the size', async () => {
    const sizes: number[] = []
    const results = await inBatches(numbers, {
      size: 10,
      keyOf: (number) => String(number % 2),
      send: async (batch) => {
        sizes.push(batch.length)
        return batch.map((number) => succeeded(number * 2))
      },
    })
    expect(results).toEqual(numbers.map((number) => succeeded(number * 2)))
    expect(sizes).toEqual([10, 2, 10, 1])
  })

  test('are not sent if they cannot be, and their neighbours are', async () => {
    const error = new ExchangeRejectedError('BAD')
    const check = (number: number) => (number === 1 ? error : undefined)
    const results = await inBatches([0, 1, 2], {
      size: 10,
      check,
      send: async (batch) => batch.map(succeeded),
    })
    expect(results).toEqual([succeeded(0), { ok: false, error }, succeeded(2)])
  })

  test('are sent one by one if together they are refused', async () => {
    const results = await inBatches([0, 1, 2], {
      size: 10,
      send: async (batch) => {
        if (batch.includes(1)) throw new ExchangeRejectedError('ErrorSchemaValidation')
        return batch.map(succeeded)
      },
    })
    expect(results).toMatchObject([
      succeeded(0),
      { ok: false, error: { code: 'ErrorSchemaValidation' } },
      succeeded(2),
    ])
  })

  test('that were not sent after an outage are known to have had no effect', async () => {
    let calls = 0
    const results = await inBatches(numbers, {
      size: 10,
      send: async (batch) => {
        calls += 1
        if (calls === 2) throw new ExchangeUnavailableError('TIMEOUT', 2_000, { effect: 'unknown' })
        return batch.map(succeeded)
      },
    })
    expect(calls).toBe(2)
    const effects = results.map((result) =>
      result.ok ? 'done' : (result.error as ExchangeUnavailableError).effect,
    )
    expect(effects).toEqual(numbers.map((n) => (n < 10 ? 'done' : n < 20 ? 'unknown' : 'none')))
  })

  test.each([
    new MailboxRefusedError('ErrorNonExistentMailbox'),
    new ExchangeUnavailableError('ECONNREFUSED', 2_000, { effect: 'none' }),
  ])('throw if nothing can be said of any of them: $code', async (error) => {
    await expect(inBatches([0, 1], { size: 10, send: () => Promise.reject(error) })).rejects.toBe(error)
  })
})
