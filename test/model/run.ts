import type { Round } from './action.ts'
import type { Constellation } from './constellation.ts'
import { createWitness, type Evidence } from './evidence.ts'
import { confirmAgain } from './decisions.ts'
import { type Figures, figuresOf, writesOf } from './figures.ts'
import { keepCopies, vanished } from './kept-copies.ts'
import { judge, remember, type Violation } from './oracle.ts'
import { rebuilt } from './rebuild.ts'
import { comeToRest } from './rest.ts'
import { createStage, type Stage } from './stage.ts'
import { storyOf } from './story.ts'
import { createUnsettled } from './unsettled.ts'

export type Outcome = {
  violations: readonly Violation[]
  figures: Figures
  /** All that is known of the appointments that something is wrong with. */
  stories: readonly string[]
}

export type RunOptions = {
  answersConflict: boolean
  /** How long both sides may take to agree once nothing goes wrong any more. */
  restMs: number
  /** Asked before each round. */
  goesOn?: () => boolean
  onRound?: (figures: Figures, violations: readonly Violation[], stories: readonly string[]) => void
  /** After something wrong, without the appointments that it is about. */
  keepGoing?: boolean
  /** Deletions are braked, and somebody releases them. */
  isBraked?: boolean
  /** Redis is lost for good after so many rounds, again and again. */
  losesLedgerEvery?: number
}

const quietMs = 1_200

/** Plays the rounds on the constellation until the oracle finds something wrong, or there are no more. */
export async function run(
  constellation: Constellation,
  rounds: Iterable<Round>,
  options: RunOptions,
): Promise<Outcome> {
  const { answersConflict, restMs, goesOn = () => true, onRound = () => {}, keepGoing = false } = options
  const stage = createStage(constellation, answersConflict)
  const witness = createWitness(constellation, stage)
  const startedAtMs = Date.now()
  const violations: Violation[] = []
  const stories: string[] = []
  let count = 0
  const figures = () => figuresOf(constellation, stage, { rounds: count, startedAtMs, violations })
  const activity = () => writesOf(constellation) + constellation.application.received.length
  for (const round of rounds) {
    if (!goesOn()) break
    const since = constellation.application.received.length
    for (const action of round) await stage.play(action)
    const { isLossy } = await stage.troubles.end()
    const evidence = () => witness({ told: since, isLossy })
    const found = await comeToRest({
      look: lookOf(constellation, stage, evidence, options),
      activity,
      limitMs: restMs,
      quietMs,
    })
    count++
    violations.push(...found)
    const labels = new Set(found.map(({ label }) => label))
    const told = [...labels].flatMap((label) => storyOf(constellation, stage, label))
    onRound(figures(), found, told)
    stories.push(...told)
    if (found.length > 0 && !keepGoing) break
    if (options.losesLedgerEvery && count % options.losesLedgerEvery === 0) {
      const before = evidence()
      for (const memory of stage.book.all()) remember(memory, before)
      const lostSince = constellation.application.received.length
      const afterLoss = () => witness({ told: lostSince, isLossy: false })
      const spoilt = await rebuilt({ constellation, stage, evidence: afterLoss, activity, limitMs: restMs })
      violations.push(...spoilt)
      onRound(
        figures(),
        spoilt,
        spoilt.flatMap(({ label }) => storyOf(constellation, stage, label)),
      )
      if (spoilt.length > 0) break
    }
    const seen = evidence()
    keepCopies(constellation, stage)
    for (const memory of stage.book.all()) {
      if (labels.has(memory.label)) memory.isAmbiguous = true
      else remember(memory, seen)
    }
  }
  stage.producer.stop()
  return { violations, figures: figures(), stories }
}

/** What is wrong, the cheapest to find first: Lockstep is asked only once both sides agree. */
function lookOf(
  constellation: Constellation,
  stage: Stage,
  evidence: () => Evidence,
  { isBraked, losesLedgerEvery }: RunOptions,
): () => Promise<Violation[]> {
  const unsettled = createUnsettled(constellation, stage)
  return async () => {
    if (isBraked) await stage.operator.releaseAll()
    const asked = losesLedgerEvery ? await confirmAgain(constellation, stage) : []
    const found = [...asked, ...judge(stage.book.all(), evidence()), ...vanished(constellation, stage)]
    return found.length > 0 ? found : unsettled()
  }
}
