import type { Mail } from '@lockstep/exchange-simulator'
import type { ReceivedChange } from '../support/application.ts'
import type { Memory } from './book.ts'
import type { Constellation } from './constellation.ts'
import { labelOf } from './content.ts'
import { createDecisions } from './decisions.ts'
import type { Evidence } from './evidence.ts'
import { copyMeanwhile, keepCopies, vanished } from './kept-copies.ts'
import { judge, isRefused, type Violation } from './oracle.ts'
import { comeToRest, restless } from './rest.ts'
import type { Stage } from './stage.ts'
import { ask } from './unsettled.ts'

type Options = {
  constellation: Constellation
  stage: Stage
  evidence: () => Evidence
  activity: () => number
  limitMs: number
}

type State = { state?: string; outbound?: { code?: string } }

/**
 * The ledger is lost, users delete and hide some items meanwhile, and the application sends everything again: both sides
 * hold what they held, nobody is mailed, and nothing is told that is there. What was deleted, and nothing else, waits
 * for a decision; it is made, and comes about. What is hidden the application loses.
 */
export async function rebuilt(options: Options): Promise<Violation[]> {
  const { constellation, stage, evidence, activity, limitMs } = options
  const mails = constellation.simulator.mails.length
  const deleted: Memory[] = []
  const hidden: Memory[] = []
  const copied: number[] = []
  await constellation.loseLedger(async () => {
    stage.lostAtMs = Date.now()
    copied.push(...(await copyMeanwhile(stage, evidence())))
    stage.book.blurCopies()
    keepCopies(constellation, stage)
    const seen = evidence()
    const there = stage.book.all().filter((memory) => memory.agreed && seen.items(memory).length === 1)
    deleted.push(...toDelete(constellation, there))
    for (const { label } of deleted) await stage.play({ do: 'cancel', side: 'exchange', label, afterMs: 0 })
    hidden.push(...there.filter((memory) => !deleted.includes(memory) && isToHide(memory)))
    for (const { label } of hidden)
      await stage.play({ do: label % 2 ? 'hide' : 'repeat', side: 'exchange', label, afterMs: 0 })
  })
  // Of every other one the application cancels what it was made from.
  for (const label of copied.filter((_, n) => n % 2 === 0))
    await stage.play({ do: 'cancel', side: 'application', label, afterMs: 0 })
  sendAgain(stage, hidden)

  const unconfirmed = createDecisions(constellation, stage, new Set(deleted.map(({ label }) => label)))
  const unstamped = mailboxesWithoutStamps(constellation, stage, deleted)
  const open = async () => {
    if (stage.producer.pending > 0) return [restless(`${stage.producer.pending} events on their way`)]
    const found = await unconfirmed.decideAll()
    const judged = new Set(stage.book.all().map(({ label }) => label))
    const blurred = new Set(stage.book.blurred().map(({ label }) => label))
    for (const entry of stage.application.entries) {
      // Of what may be a copy the cancellation has to come to something, lest it come later.
      const isToGo = blurred.has(entry.label) && !entry.isHeld && !entry.isTold
      const isToStay = judged.has(entry.label) && entry.isHeld && !isRefused(entry)
      if (!isToGo && !isToStay) continue
      const path = `appointments/${entry.mailbox}/${entry.appointmentId}`
      const { state, outbound } = await ask<State>(constellation.ingressUrl, path)
      const isAsleep = isToGo && outbound?.code === 'ASLEEP'
      if (state !== 'settled' && !isAsleep)
        found.push(restless(`${entry.appointmentId} is ${state}`, entry.label))
    }
    return found
  }
  const judgeMail = (mail: Mail): Violation[] => {
    const label = labelOf(mail.subject)
    const isJudged = stage.book.find(label)?.isAmbiguous === false
    if (!isJudged || stage.usersMails.has(mail) || unconfirmed.created.has(label)) return []
    return [{ kind: 'mail', label, detail: `${mail.kind} to ${mail.to} after the ledger was lost` }]
  }
  const look = async () => {
    const seen = withoutFarewells(evidence())
    const found = judge(stage.book.all(), unstamped.size > 0 ? withoutRepeats(seen, unstamped) : seen)
    found.push(...vanished(constellation, stage))
    found.push(...unconfirmed.violations, ...unconfirmed.judge(evidence()))
    found.push(...constellation.simulator.mails.slice(mails).flatMap(judgeMail))
    const waiting = await open()
    return found.length > 0 ? found : waiting
  }
  return comeToRest({ look, activity, limitMs, quietMs: 3_000 })
}

/**
 * One of three that both sides hold, and all in one of three mailboxes; never what may be a copy, nor all that tells of an
 * earlier ledger.
 */
function toDelete({ mailboxes }: Constellation, there: readonly Memory[]): Memory[] {
  const isChosen = ({ label, mailbox }: Memory) =>
    label % 3 === 0 || mailboxes.indexOf(mailbox) % 3 === there.length % 3
  const isLeft = there.some((memory) => memory.bornAt === 'application' && !isChosen(memory))
  return isLeft ? there.filter(isChosen) : []
}

/** Every other one that is hidden is spoken of only once its calendar is listed. */
function sendAgain({ application, producer }: Stage, hidden: readonly Memory[]): void {
  for (const version of application.resent()) {
    const { label } = application.entries.find((entry) => entry.appointmentId === version.appointmentId)!
    const place = hidden.findIndex((memory) => memory.label === label)
    producer.send(version, place % 2 === 0 ? 'muchLater' : 'once')
  }
}

/** One of three. */
function isToHide({ label }: Memory): boolean {
  return label % 3 === 1
}

/**
 * Calendars that hold nothing which the application made: nothing in them tells of an earlier ledger. What users made
 * there may be told once more, until the application has sent it again.
 */
function mailboxesWithoutStamps(
  { mailboxes }: Constellation,
  { book, application }: Stage,
  deleted: readonly Memory[],
): Set<string> {
  const isStamped = (memory: Memory | undefined) =>
    memory?.bornAt === 'application' && memory.agreed && !deleted.includes(memory)
  const stamped = new Set(
    application.entries.filter(({ label }) => isStamped(book.find(label))).map(({ mailbox }) => mailbox),
  )
  return new Set(mailboxes.filter((mailbox) => !stamped.has(mailbox)))
}

/** One `created` of each, with the very content that the application holds, is none. */
function withoutRepeats(evidence: Evidence, unstamped: ReadonlySet<string>): Evidence {
  return {
    ...evidence,
    deliveries: (id) => {
      const all = evidence.deliveries(id)
      const isRepeat = ({ type, data }: ReceivedChange) =>
        type === 'appointment.created' && unstamped.has(data.mailbox) && id.startsWith('ex-')
      const [first] = all.filter(isRepeat)
      return all.filter((change) => change !== first && change.data.revision !== first?.data.revision)
    },
  }
}

/** What Exchange hides is withdrawn once more: nobody knows that it was. */
function withoutFarewells(evidence: Evidence): Evidence {
  const isFarewell = (type: string) => type === 'appointment.withdrawn' || type === 'appointment.cancelled'
  return { ...evidence, deliveries: (id) => evidence.deliveries(id).filter(({ type }) => !isFarewell(type)) }
}
