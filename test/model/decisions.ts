import type { Memory } from './book.ts'
import type { Constellation } from './constellation.ts'
import { labelOf } from './content.ts'
import type { Evidence } from './evidence.ts'
import { allowMails } from './mail-allowance.ts'
import type { Violation } from './oracle.ts'
import { restless } from './rest.ts'
import type { Stage } from './stage.ts'
import { ask } from './unsettled.ts'

type Decision = 'create' | 'drop'
type Unconfirmed = { unconfirmed?: { mailbox: string; appointmentId: string }[] }

/** Somebody who decides what is unconfirmed after a loss: of what users deleted meanwhile every other is made anew. */
export function createDecisions(constellation: Constellation, stage: Stage, deleted: ReadonlySet<number>) {
  const { ingressUrl, mailboxes } = constellation
  const decided = new Map<number, Decision>()
  const violations: Violation[] = []
  const judged = (label: number) => stage.book.all().find((memory) => memory.label === label)

  /** Resolves with why nobody should have been asked, or at least not at once. */
  async function decide(mailbox: string, appointmentId: string): Promise<Violation> {
    const entry = stage.application.entries.find((one) => one.appointmentId === appointmentId)!
    const memory = judged(entry.label)
    if (memory && isThere(constellation, memory)) return needless(memory)
    const decision = memory && entry.label % 2 === 0 ? 'create' : 'drop'
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
        for (const { mailbox, appointmentId } of unconfirmed) {
          found.push(await decide(mailbox, appointmentId))
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
export async function confirmAgain(
  constellation: Constellation,
  { application, book, lostAtMs }: Stage,
): Promise<Violation[]> {
  const { ingressUrl, mailboxes } = constellation
  const found: Violation[] = []
  for (const address of mailboxes) {
    const { unconfirmed = [] } = await ask<Unconfirmed>(ingressUrl, `unconfirmed?mailbox=${address}`)
    for (const { mailbox, appointmentId } of unconfirmed) {
      const { label, bornAtMs = 0 } = application.entries.find(
        (entry) => entry.appointmentId === appointmentId,
      )!
      const memory = book.find(label)!
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
