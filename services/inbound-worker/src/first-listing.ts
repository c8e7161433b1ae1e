import { isUnremembered } from '@lockstep/domain'
import type { Ledger, Mailbox, Mark } from '@lockstep/ledger'

/**
 * What the first listing of a mailbox finds is told once it is complete. If it turns out that the ledger was lost, it is
 * held longer: the application may know all of it, and what it sends again says so. A later listing is no reason to tell
 * it earlier.
 */
export function held(marks: readonly Mark[], heldUntilMs: number | undefined, isListing: boolean): Mark[] {
  const hold = heldUntilMs === undefined ? { isNoNews: true as const } : { notBeforeMs: heldUntilMs }
  return marks.map((mark) => (isListing && mark.kind === 'look' ? { ...mark, ...hold } : mark))
}

/**
 * What comes without a stamp once the calendar is listed is new, and no copy of what was there before; unless it is
 * hidden, and was of no interest then.
 */
export function presumed(marks: readonly Mark[], heldUntilMs: number | undefined): Mark[] {
  return marks.map((mark) => {
    if (heldUntilMs !== undefined || mark.kind === 'withdraw' || !mark.item?.isPresumed || mark.item.stamped)
      return mark
    const { isPresumed: _isPresumed, ...item } = mark.item
    return { ...mark, item }
  })
}

/**
 * What bears our stamp, and is not remembered, is of an earlier ledger. What was made since, and has a new handle because
 * its user moved it to and fro, is not.
 */
export async function noteStamps(ledger: Ledger, mailbox: Mailbox, marks: readonly Mark[]): Promise<void> {
  const stamped = marks.filter(({ item }) => item?.stamped)
  if (stamped.length === 0) return
  const appointmentIds = stamped.map(({ appointmentId }) => appointmentId)
  const { byId } = await ledger.lookUp(mailbox.id, { appointmentIds })
  const isUnknown = (id: string) => {
    const record = byId.get(id)
    return !record || (isUnremembered(record) && !record.intent)
  }
  if (appointmentIds.some(isUnknown)) await ledger.noteRestored(mailbox)
}

/** What was unconfirmed and has an item after all goes on. */
export async function confirmFound(
  ledger: Ledger,
  { id }: Mailbox,
  marks: readonly Mark[],
): Promise<boolean> {
  const linked = marks.filter(({ item }) => item).map(({ appointmentId }) => appointmentId)
  return ledger.confirmFound(id, linked, Date.now())
}
