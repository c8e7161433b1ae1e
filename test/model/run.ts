import type { Round } from './action.ts'
import type { Constellation } from './constellation.ts'
import { labelOf } from './content.ts'
import { judge, remember, type Evidence, type Violation } from './oracle.ts'
import { comeToRest, restless } from './rest.ts'
import { createStage, type Stage } from './stage.ts'

/** What a run came to, in figures. */
export type Figures = {
  rounds: number
  changes: number
  events: number
  deliveries: number
  writes: number
  mails: number
  faults: Readonly<Record<string, number>>
  violations: Readonly<Record<string, number>>
}

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
  onRound?: (number: number, figures: Figures) => void
}

const quietMs = 1_200

/** Plays the rounds on the constellation until the oracle finds something wrong, or there are no more. */
export async function run(
  constellation: Constellation,
  rounds: Iterable<Round>,
  { answersConflict, restMs, goesOn = () => true, onRound = () => {} }: RunOptions,
): Promise<Outcome> {
  const stage = createStage(constellation, answersConflict)
  let violations: readonly Violation[] = []
  let count = 0
  for (const round of rounds) {
    if (!goesOn()) break
    const told = constellation.application.received.length
    for (const action of round) await stage.play(action)
    const { isLossy } = await stage.troubles.end()
    const endedAtMs = Date.now()
    const evidence = () => evidenceOf(constellation, stage, { told, isLossy })
    violations = await comeToRest({
      look: async () => [
        ...judge(stage.book.all(), evidence()),
        ...(await unsettled(constellation, stage, endedAtMs)),
      ],
      activity: () => activityOf(constellation),
      limitMs: restMs,
      quietMs,
    })
    count++
    onRound(count, figuresOf(constellation, stage, { count, violations }))
    if (violations.length > 0) break
    for (const memory of stage.book.all()) remember(memory, evidence())
  }
  stage.producer.stop()
  const labels = [...new Set(violations.map(({ label }) => label))]
  return {
    violations,
    figures: figuresOf(constellation, stage, { count, violations }),
    stories: labels.flatMap((label) => storyOf(constellation, stage, label)),
  }
}

function storyOf(
  { simulator, application }: Constellation,
  { book, ...stage }: Stage,
  label: number,
): string[] {
  const memory = book.find(label)
  if (!memory) return []
  const entries = stage.application.entries.filter((entry) => entry.label === label)
  const ids = entries.map(({ appointmentId }) => appointmentId)
  const items = simulator.calendarOf(memory.mailbox).filter(({ subject }) => labelOf(subject) === label)
  const { given: _given, mails, acts, ...rest } = memory
  const told = application.received.filter(({ data }) => ids.includes(data.appointmentId)).slice(-6)
  return [
    `L${label} ${JSON.stringify({ ...rest, mails: Object.fromEntries(mails) })}`,
    ...acts.map((act) => `  act ${JSON.stringify(act)}`),
    ...items.map((item) => `  item ${JSON.stringify(item)}`),
    ...entries.map((entry) => `  entry ${JSON.stringify(entry)}`),
    ...told.map(({ type, data }) => `  told ${type} ${JSON.stringify(data)}`),
    ...simulator.mails
      .filter(({ subject }) => labelOf(subject) === label)
      .map((mail) => `  mail ${stage.usersMails.has(mail) ? 'by its user' : ''} ${JSON.stringify(mail)}`),
  ]
}

function evidenceOf(
  { simulator, mailboxes, application }: Constellation,
  stage: Stage,
  { told, isLossy }: { told: number; isLossy: boolean },
): Evidence {
  return {
    calendars: new Map(mailboxes.map((mailbox) => [mailbox, simulator.calendarOf(mailbox)])),
    entries: stage.application.entries,
    mails: simulator.mails.filter((mail) => !stage.usersMails.has(mail)),
    allMails: simulator.mails,
    deliveries: application.received.slice(told),
    isLossy,
  }
}

type State = { state?: string; outbound?: { code?: string }; inbound?: object; detail?: string }

/** What Lockstep itself says it has not done yet. Hidden appointments wait for ever, and may. */
async function unsettled(
  { ingressUrl, mailboxes }: Constellation,
  { producer, application, book }: Stage,
  endedAtMs: number,
): Promise<Violation[]> {
  if (producer.invalid.length > 0) return [restless(`invalid event: ${producer.invalid[0]}`)]
  if (producer.pending > 0) return [restless(`${producer.pending} events on their way`)]
  const found: Violation[] = []
  for (const mailbox of mailboxes) {
    const { currentAt = '' } = await ask<{ currentAt?: string }>(ingressUrl, `mailboxes/${mailbox}`)
    if (!(Date.parse(currentAt) > endedAtMs)) found.push(restless(`${mailbox} was not compared since`))
  }
  const touched = new Set(book.all().flatMap(({ acts, label }) => (acts.length > 0 ? [label] : [])))
  for (const { label, mailbox, appointmentId } of application.entries) {
    if (!touched.has(label)) continue
    const path = `appointments/${mailbox}/${appointmentId}`
    const shown = await ask<State>(ingressUrl, path)
    const { state = shown.detail, outbound, inbound } = shown
    if (state === 'settled' || (outbound?.code === 'ASLEEP' && !inbound)) continue
    found.push(restless(`${appointmentId} is ${state}: ${JSON.stringify(shown)}`, label))
  }
  return found
}

async function ask<Answer extends object>(ingressUrl: string, path: string): Promise<Answer> {
  try {
    const response = await fetch(`${ingressUrl}/v1/${path}`, { headers: { authorization: 'Bearer test' } })
    return (await response.json()) as Answer
  } catch (error) {
    return { detail: String(error) } as unknown as Answer
  }
}

function writesOf({ simulator }: Constellation): number {
  const { CreateItem = 0, UpdateItem = 0, DeleteItem = 0 } = simulator.calls
  return CreateItem + UpdateItem + DeleteItem
}

function activityOf(constellation: Constellation): number {
  return writesOf(constellation) + constellation.application.received.length
}

function figuresOf(
  constellation: Constellation,
  { done, producer, troubles }: Stage,
  { count, violations }: { count: number; violations: readonly Violation[] },
): Figures {
  const { simulator, application } = constellation
  const kinds = Map.groupBy(violations, ({ kind }) => kind)
  return {
    rounds: count,
    changes: done,
    events: producer.sent,
    deliveries: application.received.length,
    writes: writesOf(constellation),
    mails: simulator.mails.length,
    faults: { ...troubles.counts, ...simulator.faults.counts },
    violations: Object.fromEntries([...kinds].map(([kind, { length }]) => [kind, length])),
  }
}
