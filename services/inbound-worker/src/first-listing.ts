import type { Ledger, Mailbox, Mark } from '@lockstep/ledger'

/**
 * What the first listing of a mailbox finds is told once it is complete. If it turns out that the ledger was lost, it is
 * held longer: the application may know all of it, and what it sends again says so.
 */
export function held(marks: readonly Mark[], heldUntilMs: number | undefined): Mark[] {
  return marks.map((mark) =>
    heldUntilMs !== undefined && mark.kind === 'look' ? { ...mark, notBeforeMs: heldUntilMs } : mark,
  )
}

/** Nothing is made in a calendar before it is listed: what bears our stamp then is of an earlier ledger. */
export async function noteStamps(ledger: Ledger, mailbox: Mailbox, marks: readonly Mark[]): Promise<void> {
  if (marks.some(({ item }) => item?.stamped)) await ledger.noteRestored(mailbox)
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
