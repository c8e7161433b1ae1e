import { type Crossing, only, oscillatingFields } from '@lockstep/domain'
import type { Ledger, Mailbox } from '@lockstep/ledger'
import type { Logger } from '@lockstep/runtime'
import type { OutboundSettings } from './outbound-settings.ts'
import type { Task } from './task.ts'

type Options = {
  ledger: Ledger
  mailbox: Mailbox
  tasks: readonly Task[]
  settings: OutboundSettings
  log: Logger
}

/** Parks updates of appointments that flip between the sides. They stay frozen until they are replayed. */
export async function holdOscillating({ ledger, mailbox, tasks, settings, log }: Options): Promise<void> {
  for (const task of tasks) {
    const crossing = task.outcome || task.mustRead ? undefined : crossingOf(task)
    if (!crossing) continue
    const { appointmentId, crossings = [], frozen } = task.attempt.record
    const fields = frozen?.fields ?? oscillatingFields(crossings, crossing, settings.oscillation)
    if (fields.length === 0) continue

    if (!frozen) {
      await ledger.freeze(mailbox.id, appointmentId, { atMs: crossing.atMs, fields })
      log.warn({ mailboxId: mailbox.id, appointmentId, fields }, 'froze an oscillating appointment')
    }
    task.outcome = { kind: 'parked', code: 'OSCILLATES' }
  }
}

export async function noteCrossing(ledger: Ledger, mailbox: Mailbox, task: Task): Promise<void> {
  const crossing = crossingOf(task)
  if (crossing && task.writtenAtMs !== undefined)
    await ledger.noteCrossing(mailbox.id, task.attempt.record.appointmentId, crossing)
}

function crossingOf({ plan, fingerprints }: Task): Crossing | undefined {
  if (plan.action !== 'update' || !fingerprints) return undefined
  return { atMs: Date.now(), direction: 'outbound', fingerprints: only(fingerprints, plan.merge.write) }
}
