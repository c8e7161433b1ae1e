import type { Entry } from './application.ts'
import type { Constellation } from './constellation.ts'
import type { Violation } from './oracle.ts'
import { restless } from './rest.ts'
import type { Stage } from './stage.ts'

const atATime = 16

type State = {
  state?: string
  status?: number
  outbound?: { code?: string }
  inbound?: object
  detail?: string
}

/** What Lockstep itself says it has not done yet, since this was created. Hidden appointments wait for ever, and may. */
export function createUnsettled(
  { ingressUrl, mailboxes }: Constellation,
  { producer, application, book, operator, lostAtMs }: Stage,
): () => Promise<Violation[]> {
  const sinceMs = Date.now()
  const touched = new Set(book.all().flatMap(({ acts, label }) => (acts.length > 0 ? [label] : [])))

  async function comparing(mailbox: string): Promise<Violation[]> {
    const { currentAt = '' } = await ask<{ currentAt?: string }>(ingressUrl, `mailboxes/${mailbox}`)
    return Date.parse(currentAt) > sinceMs ? [] : [restless(`${mailbox} was not compared since`)]
  }

  async function settling({ label, mailbox, appointmentId, isHeld }: Entry): Promise<Violation[]> {
    const shown = await ask<State>(ingressUrl, `appointments/${mailbox}/${appointmentId}`)
    const isForgotten = shown.status === 404 && lostAtMs > 0
    if (isForgotten && !isHeld) return []
    const { state = shown.detail, outbound, inbound } = shown
    if (state === 'settled' || (outbound?.code === 'ASLEEP' && !inbound)) return []
    return [restless(`${appointmentId} is ${state}: ${JSON.stringify(shown)}`, label)]
  }

  return async () => {
    if (producer.invalid.length > 0) return [restless(`invalid event: ${producer.invalid[0]}`)]
    if (operator.violations.length > 0) return [...operator.violations]
    if (producer.pending > 0) return [restless(`${producer.pending} events on their way`)]
    const behind = await each(mailboxes, comparing)
    if (behind.length > 0) return behind
    return each(
      application.entries.filter(({ label }) => touched.has(label)),
      settling,
    )
  }
}

async function each<Subject>(
  subjects: readonly Subject[],
  look: (subject: Subject) => Promise<Violation[]>,
): Promise<Violation[]> {
  const found: Violation[] = []
  for (let from = 0; from < subjects.length; from += atATime) {
    const some = await Promise.all(subjects.slice(from, from + atATime).map(look))
    found.push(...some.flat())
  }
  return found
}

export async function ask<Answer extends object>(ingressUrl: string, path: string): Promise<Answer> {
  try {
    const response = await fetch(`${ingressUrl}/v1/${path}`, { headers: { authorization: 'Bearer test' } })
    return (await response.json()) as Answer
  } catch (error) {
    return { detail: String(error) } as unknown as Answer
  }
}
