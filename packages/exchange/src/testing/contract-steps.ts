import type { Appointment } from '@lockstep/domain'
import type {
  CalendarGateway,
  CalendarItem,
  Creation,
  ItemChange,
  ItemResult,
  Stamp,
} from '../calendar-gateway.ts'
import { anAppointment } from './an-appointment.ts'

export const stamp: Stamp = { appointmentId: 'APP-1042', version: 3, attempt: 'a1' }

export function fieldsOf(changes: Partial<Appointment>) {
  const names = Object.keys(changes) as (keyof Appointment)[]
  return [
    ...new Set(
      names.map((name) => (name === 'start' || name === 'end' || name === 'isAllDay' ? 'when' : name)),
    ),
  ]
}

export function creation(appointmentId: string): Creation {
  return { appointment: anAppointment(), stamp: { ...stamp, appointmentId }, send: 'none' }
}

export async function create(gateway: CalendarGateway, mailbox: string, changes: Partial<Creation> = {}) {
  return value(await gateway.createItems(mailbox, [{ ...creation(stamp.appointmentId), ...changes }]))
}

export async function read(gateway: CalendarGateway, mailbox: string, itemId: string): Promise<CalendarItem> {
  return value(await gateway.getItems(mailbox, [itemId]))
}

export async function syncAll(gateway: CalendarGateway, mailbox: string, from: string | undefined) {
  const changes: ItemChange[] = []
  let cursor = from
  for (;;) {
    const page = await gateway.sync(mailbox, cursor)
    changes.push(...page.changes)
    cursor = page.cursor
    if (page.isLast) return { changes, cursor }
  }
}

export function heads(changes: readonly ItemChange[]) {
  return changes.flatMap((change) => (change.kind === 'present' ? [change.head] : []))
}

export function value<Value>(results: readonly ItemResult<Value>[]): Value {
  const [result] = results
  if (result?.ok) return result.value
  throw result?.error ?? new Error('no result')
}

export function error<Value>(results: readonly ItemResult<Value>[]): unknown {
  const [result] = results
  return result?.ok === false ? result.error : undefined
}
