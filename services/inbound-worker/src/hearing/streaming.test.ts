import { createLedger, type Hearing } from '@lockstep/ledger'
import { testRedis } from '@lockstep/runtime/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { keepStreaming } from './streaming.ts'

const quiet = { isNotified: false, isUnheard: false }
const doubtful = { isNotified: false, isUnheard: true }
const notified = { isNotified: true, isUnheard: false }

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

test('a mailbox that nobody listens to yet is not heard of', async () => {
  const { keep, ledger, mailbox } = await setUp()
  await ledger.noteStreaming([mailbox.id], { code: 'ECONNREFUSED' })
  expect(await keep(quiet)).toMatchObject({ kind: 'unheard', whyNot: 'ECONNREFUSED' })
  expect(await ledger.groupOf(mailbox.id)).toBe('1')
})

test('a change of which nothing is told in time ends it, for growing times', async () => {
  const { keep, ledger, mailbox } = await setUp()
  expect(await keep(doubtful)).toMatchObject({ kind: 'heard', lookAgainMs: 5_000 })
  vi.advanceTimersByTime(5_000)
  expect(await keep(quiet)).toMatchObject({ kind: 'unheard', whyNot: 'UNHEARD', lookAgainMs: 30_000 })
  expect(await ledger.groupOf(mailbox.id)).toBeUndefined()
  vi.advanceTimersByTime(29_000)
  expect(await keep(quiet)).toMatchObject({ kind: 'unheard', lookAgainMs: 1_000 })

  vi.advanceTimersByTime(1_000)
  await keep(quiet)
  await ledger.noteStreaming([mailbox.id], { sinceMs: Date.now() })
  await keep(doubtful)
  vi.advanceTimersByTime(5_000)
  expect(await keep(quiet)).toMatchObject({ kind: 'unheard', lookAgainMs: 60_000 })
})

test('a notification that was only late ends the doubt', async () => {
  const { keep } = await setUp()
  await keep(doubtful)
  vi.advanceTimersByTime(4_000)
  expect(await keep(notified)).toEqual({ kind: 'heard', lookAgainMs: Infinity, remembered: {} })
  vi.advanceTimersByTime(4_000)
  expect(await keep(quiet)).toMatchObject({ kind: 'heard' })
})

async function setUp() {
  const { redis, prefix } = testRedis()
  const ledger = createLedger(redis, { prefix })
  const mailbox = await ledger.enable('alice@contoso.example', Date.now())
  await ledger.noteStreaming([mailbox.id], { sinceMs: Date.now() })
  let remembered: Partial<Hearing> = {}
  const keep = async (told: typeof quiet) => {
    const { streaming } = await ledger.mailboxState(mailbox.id)
    const hearing: Hearing = { way: 'streaming', sinceMs: 0, ...remembered }
    const state = { hearing, ...(streaming && { streaming }) }
    const kept = await keepStreaming(ledger, mailbox, state, told)
    remembered = kept.remembered
    return kept
  }
  return { keep, ledger, mailbox }
}
