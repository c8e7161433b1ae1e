import { expect, test } from 'vitest'
import { startConstellation } from './constellation.ts'
import { changesOf } from './figures.ts'
import { historyOf } from './generate.ts'
import { run } from './run.ts'

/** A loss after each round: what it leaves is what the next one begins with. Longer, and with faults: `npm run soak -- --lose-ledger`. */
const options = { seed: 21, mailboxes: 4, level: 'producer', actions: 45, rounds: 1 } as const

test('both calendars agree after the ledger was lost, and nobody is mailed but who was asked about', async () => {
  const { rounds, answersConflict } = historyOf(options)
  const constellation = await startConstellation({ mailboxes: options.mailboxes, lateCallMs: 3_000 })
  try {
    const { violations, stories, figures } = await run(constellation, rounds, {
      answersConflict,
      restMs: 40_000,
      losesLedgerEvery: 1,
    })
    expect({ violations, stories }).toEqual({ violations: [], stories: [] })
    expect(changesOf(figures)).toBeGreaterThan(20)
    expect(figures.decided).toBeGreaterThan(3)
  } finally {
    await constellation.close()
  }
})
