import type { Memory } from './book.ts'
import type { Constellation } from './constellation.ts'
import { labelOf } from './content.ts'
import type { Evidence } from './evidence.ts'
import { allowMails } from './mail-allowance.ts'
import type { Violation } from './oracle.ts'
import { restless } from './rest.ts'
import type { Stage } from './stage.ts'
import { ask } from './unsettled.ts'

type Decision = 'create' | 'cancel' | 'drop'
type Asked = { mailbox: string; appointmentId: string; asks: 'create' | 'cancel'; itemId?: string }
type Unconfirmed = { unconfirmed?: Asked[] }

/** Somebody who decides what is unconfirmed after a loss: of what users deleted meanwhile every other is made anew. */
export function createDecisions(constellation: Constellation, stage: Stage, deleted: ReadonlySet<number>) {
  const { ingressUrl, mailboxes } = constellation
  const decided = new Map<number, Decision>()
  const violations: Violation[] = []
  const judged = (label: number) => {
    const memory = stage.book.find(label)
    return memory?.isAmbiguous ? undefined : memory
  }

  /** Resolves with why nobody should have been asked, or at least not at once. */
  async function decide(asked: Asked): Promise<Violation> {
    const { mailbox, appointmentId } = asked
    const entry = stage.application.entries.find((one) => one.appointmentId === appointmentId)!
    const memory = judged(entry.label)
    if (asked.asks === 'create' && memory && isThere(constellation, memory)) return needless(memory)
    const isWanted = memory && entry.label % 2 === 0
    const decision =
      asked.asks === 'cancel' ? onCancelling(constellation, stage, asked) : isWanted ? 'create' : 'drop'
    if (asked.asks === 'cancel' && memory)
      violations.push(restless('a cancellation was asked about, though it has no copies', entry.label))
    if (memory && !decided.has(entry.label)) note(memory, decision)
    const response = await decideOn(ingressUrl, { mailbox, appointmentId }, decision)
    if (!response.ok) violations.push(restless(`decided ${decision}: ${response.status}`, entry.label))
    return restless(`${appointmentId} was unconfirmed`)
  }

  function note(memory: Memory, decision: Decision): void {
    const { label } = memory
    const { content } = stage.application.find(label)!
    decided.set(label, decision)
    stage.decided++
    if (!deleted.has(label) && memory.agreed)
      violations.push({ kind: 'lost', label, detail: 'unconfirmed, though nobody deleted it' })
    if (decision === 'drop') return
    stage.book.said('application', label, 'shown')
    allowMails(memory, { isLive: false, content }, { isLive: true, content })
  }

  return {
    violations,
    /** Labels of what was decided to be made anew: its attendees are invited. */
    created: {
      has: (label: number) => decided.get(label) === 'create',
    },
    /** Resolves with what waited for a decision until now. */
    async decideAll(): Promise<Violation[]> {
      const found: Violation[] = []
      for (const address of mailboxes) {
        const { unconfirmed = [] } = await ask<Unconfirmed>(ingressUrl, `unconfirmed?mailbox=${address}`)
        for (const asked of unconfirmed) {
          found.push(await decide(asked))
        }
      }
      return found
    },
    /** What was deleted was asked about, and is as it was decided. */
    judge(evidence: Evidence): Violation[] {
      return [...deleted].flatMap((label): Violation[] => {
        const memory = judged(label)
        if (!memory) return []
        const decision = decided.get(label)
        if (!decision) return [{ kind: 'lost', label, detail: 'deleted meanwhile, and nobody was asked' }]
        const isThere = evidence.items(memory).length > 0
        if (isThere === (decision === 'create')) return []
        return [{ kind: isThere ? 'notRemoved' : 'lost', label, detail: `it was decided: ${decision}` }]
      })
    },
  }
}

/**
 * What was taken away before a loss, and is made again after it under its id, is asked about, unless its item is there:
 * it is made. Resolves with what else was asked about.
 */
export async function confirmAgain(constellation: Constellation, stage: Stage): Promise<Violation[]> {
  const { application, book, lostAtMs } = stage
  const { ingressUrl, mailboxes } = constellation
  const found: Violation[] = []
  for (const address of mailboxes) {
    const { unconfirmed = [] } = await ask<Unconfirmed>(ingressUrl, `unconfirmed?mailbox=${address}`)
    for (const asked of unconfirmed) {
      const { mailbox, appointmentId } = asked
      const { label, bornAtMs = 0 } = application.entries.find(
        (entry) => entry.appointmentId === appointmentId,
      )!
      const memory = book.find(label)!
      if (asked.asks === 'cancel') {
        if (!memory.isAmbiguous)
          found.push(restless('a cancellation was asked about, though it has no copies', label))
        await decideOn(ingressUrl, asked, onCancelling(constellation, stage, asked))
        continue
      }
      if (memory.isAmbiguous) continue
      if (bornAtMs > lostAtMs) {
        found.push(restless('unconfirmed, though it is new', label))
        continue
      }
      if (memory.agreed) found.push({ kind: 'lost', label, detail: 'unconfirmed, though both sides held it' })
      if (isThere(constellation, memory)) found.push(needless(memory))
      else await decideOn(ingressUrl, { mailbox, appointmentId }, 'create')
    }
  }
  return found
}

/** Hidden or not, it is there: nobody is to be asked. */
function needless({ label }: Memory): Violation {
  return { kind: 'duplicate', label, detail: 'unconfirmed, though its item is there' }
}

/** Somebody looks which item would be deleted: the one that is meant, or a copy. */
function onCancelling(
  { simulator }: Constellation,
  stage: Stage,
  { mailbox, appointmentId, itemId }: Asked,
): Decision {
  const entry = stage.application.entries.find((one) => one.appointmentId === appointmentId)!
  const item = simulator.calendarOf(mailbox).find((each) => each.itemId === itemId)
  if (!item || labelOf(item.subject) !== entry.label) return 'drop'
  stage.cancelled.add(entry.label)
  return 'cancel'
}

function isThere({ simulator }: Constellation, { mailbox, label }: Memory): boolean {
  const own = simulator.calendarOf(mailbox).filter(({ isOrganizer }) => isOrganizer)
  return own.some(({ subject }) => labelOf(subject) === label)
}

function decideOn(
  ingressUrl: string,
  { mailbox, appointmentId }: { mailbox: string; appointmentId: string },
  decision: Decision,
): Promise<Response> {
  return fetch(`${ingressUrl}/v1/unconfirmed/${mailbox}/${appointmentId}`, {
    method: 'POST',
    headers: { authorization: 'Bearer test', 'content-type': 'application/json' },
    body: JSON.stringify({ decision }),
  })
}
