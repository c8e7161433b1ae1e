import { expect, test } from 'vitest'
import { startSystem } from '../support/system.ts'
import { play } from './play.ts'

/** `MAIL_EDITS=1000` for as many as the guarantee is stated for. */
const edits = Number(process.env['MAIL_EDITS'] ?? 60)
const seed = Number(process.env['MAIL_SEED'] ?? Math.floor(Math.random() * 1_000_000))

const env = {
  POLL_SECONDS: '0.5',
  MAIL_BUDGET_PER_HOUR: '1000000',
  BRAKE_DELETES: '0',
  BRAKE_PERCENT: '100',
  OSCILLATION_CROSSINGS: '0',
}

test(
  'random edits of meetings mail whom they should, and nobody else',
  { timeout: 200_000 + edits * 1_000 },
  async () => {
    const played = await play(await startSystem({ env }), { seed, edits, meetings: 15 })
    if (edits > 60) process.stdout.write(`${JSON.stringify({ seed, ...played })}\n`)
    expect(played).toMatchObject({ edits, mails: played.counted })
    expect(played.mails).toBeGreaterThan(edits / 4)
  },
)
