import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type ExchangeError, ExchangeRejectedError, ExchangeUnavailableError } from '../errors.ts'
import type { EwsCall, EwsClient } from './ews-client.ts'
import { isOutage } from './failures.ts'
import { type AccountFact, spreadOver } from './spread-accounts.ts'

const mailboxes = Array.from({ length: 300 }, (_, index) => `user${index}@contoso.example`)
const moveAfterMs = 60_000
const refused = () => new ExchangeUnavailableError('LOGON_REFUSED', 1_800_000, { effect: 'none' })
const busy = () => new ExchangeUnavailableError('BACKING_OFF', 300_000, { effect: 'none' })

beforeEach(() => {
  vi.useFakeTimers()
  return () => vi.useRealTimers()
})

describe('which account acts for a mailbox', () => {
  test('is always the same one, in every process, however its address is written', async () => {
    const [first, second] = [setUp(['one', 'two', 'three']), setUp(['three', 'one', 'two'])]
    for (const mailbox of mailboxes) {
      const account = first.accountOf(mailbox)
      expect(second.accountOf(mailbox.toUpperCase())).toBe(account)
      expect(await first.call(mailbox)).toBe(account)
    }
    for (const name of ['one', 'two', 'three']) expect(first.shareOf(name)).toBeGreaterThan(70)
  })

  test('changes for the share of a new account alone', () => {
    const [before, after] = [setUp(['one', 'two']), setUp(['one', 'two', 'three'])]
    const moved = mailboxes.filter((mailbox) => before.accountOf(mailbox) !== after.accountOf(mailbox))
    expect(moved.map(after.accountOf)).toEqual(moved.map(() => 'three'))
    expect(moved.length).toBe(after.shareOf('three'))
  })

  test('is that of the anchor for all that belongs to a group', async () => {
    const { call, accountOf } = setUp(['one', 'two', 'three'])
    const [anchor = ''] = mailboxes
    for (const mailbox of mailboxes.slice(0, 20)) {
      expect(await call(mailbox, { anchor })).toBe(accountOf(anchor))
    }
  })
})

describe.each([
  ['refused', refused, 'ACCOUNT_REFUSED'],
  ['throttled', busy, 'BACKING_OFF'],
])('an account that is %s', (_, trouble, code) => {
  test('takes its own share down, for a while, and that is no outage', async () => {
    const { call, fail, ofAccount } = setUp(['one', 'two'])
    fail('one', trouble)
    const error = await call(ofAccount('one')).catch((thrown: ExchangeUnavailableError) => thrown)
    expect(error).toMatchObject({ code, retryAfterMs: moveAfterMs, effect: 'none' })
    expect(isOutage(error)).toBe(false)
    expect(await call(ofAccount('two'))).toBe('two')
  })

  test('gives its mailboxes to the others after the stated time, and takes them back', async () => {
    const { call, fail, ofAccount, facts } = setUp(['one', 'two', 'three'])
    const [own, others] = [ofAccount('one'), ofAccount('two')]
    fail('one', trouble)
    await call(own).catch(() => {})
    vi.advanceTimersByTime(moveAfterMs - 1)
    await expect(call(own)).rejects.toThrow(code)
    vi.advanceTimersByTime(1)
    expect(await call(own)).not.toBe('one')
    expect(await call(others)).toBe('two')
    expect(facts).toMatchObject([{ account: 'one', state: 'away' }])

    fail('one', undefined)
    await vi.advanceTimersByTimeAsync(15_000)
    expect(await call(own)).toBe('one')
    expect(facts).toMatchObject([{ state: 'away' }, { account: 'one', state: 'back' }])
  })

  test('keeps its mailboxes if it is well in between', async () => {
    const { call, fail, ofAccount } = setUp(['one', 'two'])
    const own = ofAccount('one')
    for (let round = 0; round < 5; round += 1) {
      fail('one', trouble)
      await call(own).catch(() => {})
      vi.advanceTimersByTime(moveAfterMs / 2)
      fail('one', undefined)
      expect(await call(own)).toBe('one')
    }
  })

  test('is asked all the same if the others are no better', async () => {
    const { call, fail, ofAccount } = setUp(['one', 'two'])
    for (const name of ['one', 'two']) fail(name, trouble)
    for (const name of ['one', 'two']) await call(ofAccount(name)).catch(() => {})
    vi.advanceTimersByTime(moveAfterMs)
    fail('one', undefined)
    expect(await call(ofAccount('one'))).toBe('one')
  })
})

test('what is wrong with a mailbox says nothing of the account', async () => {
  const { call, fail, ofAccount } = setUp(['one', 'two'])
  fail('one', () => new ExchangeRejectedError('ErrorAccessDenied'))
  const own = ofAccount('one')
  await expect(call(own)).rejects.toThrow('ErrorAccessDenied')
  vi.advanceTimersByTime(moveAfterMs)
  await expect(call(own)).rejects.toThrow('ErrorAccessDenied')
})

function setUp(names: readonly string[]) {
  const failures = new Map<string, () => ExchangeError>()
  const facts: AccountFact[] = []
  const clientOf = (name: string) =>
    ({
      async run() {
        const failure = failures.get(name)
        if (failure) throw failure()
        return name
      },
    }) as unknown as EwsClient
  const spread = spreadOver(
    names.map((name) => ({ name, client: clientOf(name) })),
    { moveAfterMs, onAccount: (fact) => facts.push(fact) },
  )
  onTestFinished(() => spread.close())
  return {
    facts,
    accountOf: spread.accountOf,
    shareOf: (name: string) => mailboxes.filter((mailbox) => spread.accountOf(mailbox) === name).length,
    ofAccount: (name: string) => mailboxes.find((mailbox) => spread.accountOf(mailbox) === name)!,
    fail: (name: string, failure: (() => ExchangeError) | undefined) =>
      failure ? failures.set(name, failure) : failures.delete(name),
    call: (mailbox: string, group?: EwsCall['group']) =>
      spread.run({ operation: 'GetItem', mailbox, ...(group && { group }) }, async () => ''),
  }
}
