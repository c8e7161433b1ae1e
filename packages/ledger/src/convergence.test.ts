import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { OutboundAttempt } from './ledger.ts'
import { aLedger, CANARY, linkAt, T0 } from './testing/a-ledger.ts'

const LEASE_MS = 30_000
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('accept'), version: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('begin') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('settle', 'fail', 'park'), pick: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('crash', 'wait', 'replay', 'mark', 'deliver') }),
  },
)
type Step = {
  kind: 'accept' | 'begin' | 'settle' | 'fail' | 'park' | 'crash' | 'wait' | 'replay' | 'mark' | 'deliver'
  version?: number
  pick?: number
}

/** Runs steps in an order that no worker would choose, with attempts that end late or never. */
async function aHistory() {
  const it = await aLedger()
  const { ledger, mailboxId } = it
  const inFlight: OutboundAttempt[] = []
  let nowMs = T0
  let newest = 0
  let highestEpoch = 0

  const take = (pick = 0) => inFlight.splice(pick % Math.max(inFlight.length, 1), 1)[0]
  const commit = async (attempt: OutboundAttempt | undefined, how: 'settle' | 'fail' | 'park') => {
    if (!attempt) return
    const { version } = attempt.record.intent!
    const link = linkAt(Math.max(version, attempt.record.link.written.version))
    const failed = {
      kind: 'failed',
      dueMs: nowMs + 1_000,
      code: 'X',
      effect: 'unknown',
      costsAttempt: true,
    } as const
    const outcome = {
      settle: { kind: 'settled', link, untold: false },
      fail: failed,
      park: { kind: 'parked', code: 'X' },
    }
    await ledger.commitOutbound(mailboxId, attempt, outcome[how] as typeof failed, nowMs)
  }
  const steps: Record<Step['kind'], (step: Step) => Promise<unknown>> = {
    accept: async ({ version = 1 }) => {
      expect(await it.accept(version, nowMs)).toBe(version > newest ? 'accepted' : 'stale')
      newest = Math.max(newest, version)
    },
    begin: async () => {
      for (const attempt of await it.begin(nowMs)) {
        expect(attempt.epoch).toBeGreaterThan(highestEpoch)
        expect(attempt.record.wanted?.version).toBe(newest)
        highestEpoch = attempt.epoch
        inFlight.push(attempt)
      }
    },
    settle: ({ pick }) => commit(take(pick), 'settle'),
    fail: ({ pick }) => commit(take(pick), 'fail'),
    park: ({ pick }) => commit(take(pick), 'park'),
    crash: async () => void take(),
    wait: async () => void (nowMs += LEASE_MS),
    replay: () => ledger.replay(mailboxId, 'A1', nowMs),
    mark: () => it.mark({}, nowMs),
    deliver: async () => {
      for (const attempt of await it.beginDeliveries(nowMs)) {
        highestEpoch = attempt.epoch
        await it.tell(attempt, attempt.record.link)
      }
    },
  }

  return {
    ...it,
    newest: () => newest,
    play: async (history: readonly Step[]) => {
      for (const each of history) await steps[each.kind](each)
    },
    /** Late attempts end, parked ones are replayed, then healthy workers go on until nothing is due. */
    comeToRest: async () => {
      while (inFlight.length > 0) await commit(take(), 'settle')
      await steps.replay({ kind: 'replay' })
      for (let round = 0; round < 5; round++) {
        nowMs += LEASE_MS
        await steps.begin({ kind: 'begin' })
        while (inFlight.length > 0) await commit(take(), 'settle')
        await steps.deliver({ kind: 'deliver' })
      }
      return nowMs
    },
  }
}

test('whatever happened on the way: at rest the newest version is settled, and nothing is due', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step as fc.Arbitrary<Step>, { maxLength: 30 }), async (history) => {
      const { play, comeToRest, newest, state, ledger, mailboxId, redis, prefix } = await aHistory()
      await play([...history, { kind: 'accept', version: 10 }])
      const nowMs = await comeToRest()

      expect(await state()).toMatchObject({ state: 'settled', record: { link: linkAt(newest()) } })
      for (const work of ['outbound', 'deliveries'] as const) {
        expect(await ledger.rest(work, mailboxId, nowMs)).toBe('none')
        expect(await ledger.dueMailboxes(work, nowMs * 2, 10)).toEqual([])
      }
      for (const key of await redis.keys(`${prefix}:*`)) {
        expect((await redis.dumpBuffer(key))?.includes(CANARY)).toBe(false)
      }
    }),
    { numRuns: 120 },
  )
})
