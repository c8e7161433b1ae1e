import type { Mark } from '../ledger.ts'
import { packItem } from './link.ts'
import type { StoredFields } from './record.ts'

/** A mark as scripts take it: kind, reason, when it was notified, when it is due ('': now, if it is new), item. */
export function packMark(mark: Mark, nowMs: number) {
  const { kind, reason, notifiedAtMs, item, notBeforeMs, isNoNews } = mark
  const dueMs = notBeforeMs ?? (isNoNews ? '' : nowMs)
  return [kind, reason ?? '', notifiedAtMs ?? '', dueMs, item ? packItem(item) : '']
}

/** The mark of an appointment, from its fields. Item and time are part of the record by then. */
export function markOf(appointmentId: string, stored: StoredFields) {
  const { mk: kind, mr: reason, mn: notifiedAt, ms: serial, mt: since } = stored
  return {
    appointmentId,
    kind: kind as Mark['kind'],
    ...(reason !== undefined && { reason: reason as NonNullable<Mark['reason']> }),
    ...(notifiedAt !== undefined && { notifiedAtMs: Number(notifiedAt) }),
    serial: Number(serial),
    sinceMs: Number(since),
  }
}
