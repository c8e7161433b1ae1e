import type { Constellation } from './constellation.ts'
import type { Evidence } from './evidence.ts'
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

type Unconfirmed = { unconfirmed?: { mailbox: string; appointmentId: string }[] }

/**
 * The ledger is lost, and the application sends everything again: both sides hold what they held, nobody is mailed,
 * nothing is told that is there, and nothing waits for a decision, since nothing is in doubt.
 */
export async function rebuilt(options: Options): Promise<Violation[]> {
  const { constellation, stage, evidence, activity, limitMs } = options
  const { ingressUrl, mailboxes } = constellation
  const mails = constellation.simulator.mails.length
  await constellation.loseLedger()
  stage.book.blurCopies()
  for (const version of stage.application.resent()) stage.producer.send(version, 'once')

  const judged = () => {
    const labels = new Set(stage.book.all().map(({ label }) => label))
    return stage.application.entries.filter(({ label }) => labels.has(label))
  }
  const open = async () => {
    if (stage.producer.pending > 0) return [restless(`${stage.producer.pending} events on their way`)]
    const found: Violation[] = []
    for (const mailbox of mailboxes) {
      const { unconfirmed = [] } = await ask<Unconfirmed>(ingressUrl, `unconfirmed?mailbox=${mailbox}`)
      for (const { appointmentId } of unconfirmed)
        if (judged().some((entry) => entry.appointmentId === appointmentId))
          found.push(restless(`${appointmentId} is unconfirmed`))
    }
    for (const entry of judged()) {
      if (!entry.isHeld || isRefused(entry)) continue
      const path = `appointments/${entry.mailbox}/${entry.appointmentId}`
      const { state } = await ask<{ state?: string }>(ingressUrl, path)
      if (state !== 'settled') found.push(restless(`${entry.appointmentId} is ${state}`, entry.label))
    }
    return found
  }
  const look = async () => {
    const found = judge(stage.book.all(), withoutFarewells(evidence()))
    const sent = constellation.simulator.mails.length - mails
    if (sent > 0) found.push({ kind: 'mail', label: 0, detail: `${sent} mails after the ledger was lost` })
    return found.length > 0 ? found : open()
  }
  return comeToRest({ look, activity, limitMs, quietMs: 3_000 })
}

/** What Exchange hides is withdrawn once more: nobody knows that it was. */
function withoutFarewells(evidence: Evidence): Evidence {
  const isFarewell = (type: string) => type === 'appointment.withdrawn' || type === 'appointment.cancelled'
  return { ...evidence, deliveries: (id) => evidence.deliveries(id).filter(({ type }) => !isFarewell(type)) }
}
