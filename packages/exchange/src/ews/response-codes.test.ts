import { ServiceError } from 'ews-javascript-api'
import { describe, expect, test } from 'vitest'
import { backOffOf, errorOfCode, isOutage } from './failures.ts'
import { knownCodes, kindOf } from './response-codes.ts'

describe('the table of response codes', () => {
  test('has every code that the library knows', () => {
    const names = Object.values(ServiceError).filter((name) => typeof name === 'string' && name !== 'NoError')
    expect(names.filter((name) => !knownCodes.includes(name as string))).toEqual([])
  })

  test('has no code twice', () => {
    expect(knownCodes.filter((code, index) => knownCodes.indexOf(code) !== index)).toEqual([])
  })

  test('leaves a code of tomorrow a chance', () => {
    expect(kindOf('ErrorOfTomorrow')).toBe('transient')
  })
})

describe('an error is sorted by what can be done about it', () => {
  test.each([
    ['ErrorServerBusy', 'ExchangeUnavailableError'],
    ['ErrorMailboxStoreUnavailable', 'ExchangeUnavailableError'],
    ['ErrorInternalServerError', 'ExchangeTransientError'],
    ['ErrorExceededSubscriptionCount', 'ExchangeTransientError'],
    ['ErrorIrresolvableConflict', 'ItemChangedError'],
    ['ErrorStaleObject', 'ItemChangedError'],
    ['ErrorItemNotFound', 'ItemGoneError'],
    ['ErrorInvalidSyncStateData', 'CursorLostError'],
    ['ErrorNonExistentMailbox', 'MailboxRefusedError'],
    ['ErrorImpersonateUserDenied', 'MailboxRefusedError'],
    ['ErrorQuotaExceeded', 'MailboxRefusedError'],
    ['ErrorCalendarEndDateIsEarlierThanStartDate', 'ExchangeRejectedError'],
    ['ErrorSchemaValidation', 'ExchangeRejectedError'],
  ])('%s: %s', (code, name) => {
    expect(errorOfCode(code)).toMatchObject({ name, code })
  })

  test('a hint of 0, or none, still means a second', () => {
    expect(errorOfCode('ErrorServerBusy', 0)).toMatchObject({ retryAfterMs: 1_000, effect: 'none' })
    expect(errorOfCode('ErrorServerBusy')).toMatchObject({ retryAfterMs: 1_000 })
    expect(errorOfCode('ErrorServerBusy', 30_000)).toMatchObject({ retryAfterMs: 30_000 })
    expect(errorOfCode('ErrorServerBusy', 1e12)).toMatchObject({ retryAfterMs: 3_600_000 })
  })

  test('too many subscriptions of one mailbox keep no other mailbox waiting', () => {
    expect(backOffOf(errorOfCode('ErrorServerBusy', 30_000))).toBe(30_000)
    expect(backOffOf(errorOfCode('ErrorExceededSubscriptionCount', 30_000))).toBeUndefined()
    expect(isOutage(errorOfCode('ErrorExceededSubscriptionCount'))).toBe(false)
  })

  test('neither throttling nor one mailbox being away is an outage', () => {
    expect(isOutage(errorOfCode('ErrorServerBusy'))).toBe(false)
    expect(isOutage(errorOfCode('ErrorMailboxStoreUnavailable'))).toBe(false)
  })
})
