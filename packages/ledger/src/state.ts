import { isUnsettled } from '@lockstep/domain'
import { recordOf, type StoredFields } from './codec/record.ts'
import type { AppointmentState, DirectionState } from './ledger.ts'
import type { Store } from './store.ts'

export type StateLedger = {
  /** What is known of the appointment and on its way; `undefined` if nothing was ever heard of it, or long ago. */
  state(mailboxId: string, appointmentId: string): Promise<AppointmentState | undefined>
}

export function createState({ keys, pipeline }: Store): StateLedger {
  const state: StateLedger['state'] = async (mailboxId, appointmentId) => {
    const [stored, outboundDue, deliveryDue] = (await pipeline((commands) => {
      commands.hgetall(keys.appointment(mailboxId, appointmentId))
      commands.zscore(keys.appointmentsDue('outbound', mailboxId), appointmentId)
      commands.zscore(keys.appointmentsDue('deliveries', mailboxId), appointmentId)
    })) as [StoredFields, string | null, string | null]
    if (Object.keys(stored).length === 0) return undefined
    if (stored['n'] !== undefined) return state(mailboxId, stored['n'])

    const record = recordOf(appointmentId, stored)
    const { a, x, p, ma, mc, mp } = stored
    const isOutbound = isUnsettled(record) || record.intent !== undefined
    const outbound = isOutbound && direction({ attempts: a, due: outboundDue, code: x, parkedAt: p })
    const isInbound = stored['mk'] !== undefined
    const inbound = isInbound && direction({ attempts: ma, due: deliveryDue, code: mc, parkedAt: mp })
    const isParked = p !== undefined || mp !== undefined
    return {
      state: isParked ? 'parked' : isOutbound || isInbound ? 'pending' : 'settled',
      record,
      ...(outbound && { outbound }),
      ...(inbound && { inbound }),
    }
  }
  return { state }
}

type StoredDirection = {
  attempts: string | undefined
  due: string | null
  code: string | undefined
  parkedAt: string | undefined
}

function direction({ attempts, due, code, parkedAt }: StoredDirection): DirectionState {
  return {
    attempts: Number(attempts ?? 0),
    ...(due !== null && { dueMs: Number(due) }),
    ...(code !== undefined && { code }),
    ...(parkedAt !== undefined && { parkedAtMs: Number(parkedAt) }),
  }
}
