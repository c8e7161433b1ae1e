import { setTimeout as wait } from 'node:timers/promises'
import { commits } from '../support/commits.ts'
import type { Action, Awaited, Step, WorkerName } from './action.ts'
import type { ApplicationModel } from './application.ts'
import type { Sleeper } from './asleep.ts'
import type { Constellation } from './constellation.ts'
import { ask } from './unsettled.ts'

export type LateWords = { take(step: Step): Promise<void> }

type State = { state?: string; writtenVersion?: number; inbound?: object }

/** Another worker takes over once a lock and a lease have ended. */
const limitMs = 60_000
const steps: readonly string[] = ['hold', 'await', 'stop', 'arrive', 'wake'] satisfies Step['do'][]

export function isStep(action: Action): action is Action & Step {
  return steps.includes(action.do)
}

/** Brings about, step by step, that a worker's word of what it did comes after another has gone on. */
export function createLateWords(
  { ingressUrl, workersOf }: Constellation,
  model: ApplicationModel,
): LateWords {
  /** Whose word is held, in the order in which they spoke. */
  const held: Sleeper[] = []
  let first: Promise<Sleeper | undefined> = Promise.resolve(undefined)

  async function comesTo(until: Awaited, label: number): Promise<boolean> {
    const entry = model.find(label)
    if (until === 'told' || !entry) return entry !== undefined
    const path = `appointments/${entry.mailbox}/${entry.appointmentId}`
    const { state, writtenVersion, inbound } = await ask<State>(ingressUrl, path)
    return until === 'marked'
      ? inbound !== undefined
      : state === 'settled' && writtenVersion === entry.version
  }
  async function awaitHeld(): Promise<void> {
    const speaker = await first
    if (!speaker) throw new Error('No worker had a word that could be held: the history does not fit.')
    held.push(speaker)
  }
  async function awaitUntil(until: Awaited, label: number): Promise<void> {
    const endMs = Date.now() + limitMs
    while (!(await comesTo(until, label))) {
      if (Date.now() > endMs) throw new Error(`L${label} is not ${until}: the history does not fit.`)
      await wait(100)
    }
  }

  return {
    async take(step) {
      switch (step.do) {
        case 'hold': {
          const awake = workersOf(step.service).filter((worker) => !held.includes(worker))
          first = firstToSpeak(awake, step.service)
          return
        }
        case 'await':
          return step.until === 'held' ? awaitHeld() : awaitUntil(step.until, step.of)
        case 'stop':
          return held.at(-1)?.signal('SIGSTOP')
        case 'arrive':
          return held[0]?.door.open()
        case 'wake':
          for (const { door } of held) door.open()
          for (const { signal } of held.splice(0)) signal('SIGCONT')
      }
    },
  }
}

/** The others may go on. */
async function firstToSpeak(workers: readonly Sleeper[], service: WorkerName): Promise<Sleeper | undefined> {
  const speaker = await Promise.race(
    workers.map(async (worker) => {
      const isHeld = await worker.door.hold(commits[service], { withinMs: limitMs })
      return isHeld ? worker : undefined
    }),
  )
  for (const { door } of workers.filter((worker) => worker !== speaker)) door.open()
  return speaker
}
