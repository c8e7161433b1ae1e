import { expect, test } from 'vitest'
import { startConstellation } from './constellation.ts'
import { changesOf } from './figures.ts'
import { type GenerateOptions, historyOf } from './generate.ts'
import { run } from './run.ts'

const options: Omit<GenerateOptions, 'seed'> = { mailboxes: 4, level: 'exchange', actions: 30 }
const drawn = Math.floor(Math.random() * 1_000_000)

/** A seed that found something once, and at a developer's one that nobody has seen yet. Longer, and with every fault: `npm run soak`. */
const seeds = process.env['CI'] ? [20] : [20, drawn]

test.for(seeds)('both calendars agree after a random history (seed %i)', async (seed) => {
  process.stdout.write(`the model's seed: ${seed}\n`)
  const { rounds, answersConflict } = historyOf({ ...options, seed, rounds: 2 })
  const constellation = await startConstellation({ mailboxes: options.mailboxes, lateCallMs: 3_000 })
  try {
    const { violations, stories, figures } = await run(constellation, rounds, {
      answersConflict,
      restMs: 120_000,
    })
    expect({ violations, stories }).toEqual({ violations: [], stories: [] })
    expect(changesOf(figures)).toBeGreaterThan(20)
    expect(figures.deliveries).toBeGreaterThan(5)
  } finally {
    await constellation.close()
  }
})
