// Plays random histories on the real constellation for as long as it is told, and ends with 0 only if the oracle is satisfied.
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { History, Round } from './action.ts'
import { startConstellation } from './constellation.ts'
import { answersConflict, roundsOf, type TroubleLevel, troubles } from './generate.ts'
import { changesOf, linesOf } from './figures.ts'
import { type Outcome, run } from './run.ts'
import { shrink } from './shrink.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    mailboxes: { type: 'string', default: '3' },
    /** In each round; left out: eight for each mailbox. */
    actions: { type: 'string' },
    /** Ends after so many changes, if time is not up before. */
    changes: { type: 'string', default: 'Infinity' },
    /** Processes of each kind of worker; left out: two if any is killed or frozen. */
    workers: { type: 'string' },
    /** So many deletions of a mailbox within a minute stop it until they are released. */
    brakes: { type: 'string', default: '0' },
    /** Users copy, and somebody cancels, so often, of some hundred changes. */
    copies: { type: 'string' },
    /** Redis is lost for good after so many rounds, again and again, and the application sends everything anew. */
    'lose-ledger': { type: 'string', default: '0' },
    /** Goes on after something wrong, without the appointments that it is about. */
    'keep-going': { type: 'boolean', default: false },
    faults: { type: 'string', default: 'all' },
    shrink: { type: 'string', default: '0' },
    replay: { type: 'string' },
  },
})
const level = (values.faults === 'all' ? 'processes' : values.faults) as TroubleLevel
if (!troubles.includes(level)) throw new Error(`--faults is one of all, ${troubles.join(', ')}`)
const seed = Number(values.seed)
const mailboxes = Number(values.mailboxes)
const endMs = Date.now() + Number(values.minutes) * 60_000
const isViolent = level === 'processes' || level === 'overlaps' || level === 'sleepers'
const actions = Number(values.actions ?? 8 * mailboxes)
let changes = 0
const say = (line: string) => void process.stdout.write(`${line}\n`)

// Its processes end with it.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => {
    say(`ended by ${signal}`)
    process.exit(code)
  })
}

say(`seed ${seed}, ${mailboxes} mailboxes, faults: ${level}`)
const history = await recorded()
const outcome = await playAll(history.rounds)
for (const line of linesOf(outcome.figures)) say(line)
if (outcome.violations.length > 0) await explain()
process.exitCode = outcome.violations.length > 0 ? 1 : 0

type Recorded = Pick<History, 'answersConflict'> & { rounds: Iterable<Round>; played: Round[] }

/** The rounds as they are played: from the seed, or from a file that an earlier run has left. */
async function recorded(): Promise<Recorded> {
  const played: Round[] = []
  const found = values.replay
    ? ((await import(values.replay, { with: { type: 'json' } })) as { default: History }).default
    : undefined
  const copies = values.copies && { copies: Number(values.copies) }
  const source = found?.rounds ?? roundsOf({ seed, mailboxes, level, actions, ...copies })
  const rounds = (function* () {
    for (const round of source) {
      played.push(round)
      yield round
    }
  })()
  return { rounds, played, answersConflict: found?.answersConflict ?? answersConflict(seed) }
}

async function playAll(rounds: Iterable<Round>, log = true): Promise<Outcome> {
  const constellation = await startConstellation({
    mailboxes,
    // Longer than any freeze.
    lateCallMs: isViolent ? 20_000 : 3_000,
    env: { BRAKE_DELETES: values.brakes, BRAKE_WINDOW_SECONDS: '60' },
    workers: Number(values.workers ?? (isViolent ? 2 : 1)),
  })
  const isDue = () => Date.now() < endMs && changes < Number(values.changes)
  try {
    const outcome = await run(constellation, rounds, {
      answersConflict: history.answersConflict,
      restMs: isViolent ? 90_000 : 60_000,
      keepGoing: values['keep-going'],
      losesLedgerEvery: Number(values['lose-ledger']),
      isBraked: values.brakes !== '0',
      goesOn: () => values.replay !== undefined || !log || isDue(),
      onRound: (figures, violations, stories) => {
        changes = changesOf(figures)
        const at = new Date().toISOString().slice(11, 19)
        if (!log) return
        say(`${at} round ${figures.rounds}: ${changes} changes, ${violations.length} violations`)
        for (const { kind, label, detail } of violations) say(`${kind} of L${label}: ${detail}`)
        for (const story of stories) say(story)
      },
    })
    if (log && outcome.violations.length > 0) await keepLogs(constellation)
    return outcome
  } finally {
    await constellation.close()
  }
}

async function keepLogs({ linesOf }: Awaited<ReturnType<typeof startConstellation>>): Promise<void> {
  const dir = join(tmpdir(), `lockstep-soak-${seed}`)
  await mkdir(dir, { recursive: true })
  for (const name of ['ingress', 'outbound-worker', 'inbound-worker'] as const) {
    await writeFile(join(dir, `${name}.log`), linesOf(name).join('\n'))
  }
  const failing = failed()
  await writeFile(join(dir, 'history.json'), JSON.stringify(failing, undefined, 1))
  say(`history and logs: ${dir}`)
}

function failed(): History {
  const { answersConflict: answers, played } = history
  return { seed, mailboxes, answersConflict: answers, rounds: played }
}

async function explain(): Promise<void> {
  if (values.shrink === '0') return
  const failing = failed()
  const kinds = new Set(outcome.violations.map(({ kind }) => kind))
  const fails = async ({ rounds }: History) =>
    (await playAll(rounds, false)).violations.some(({ kind }) => kinds.has(kind))
  const shortest = await shrink(failing, fails, Date.now() + Number(values.shrink) * 60_000)
  for (const [index, round] of shortest.rounds.entries()) {
    say(`round ${index + 1}`)
    for (const action of round) say(`  ${JSON.stringify(action)}`)
  }
}
