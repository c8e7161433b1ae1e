import type { Ledger, Mailbox } from '@lockstep/ledger'
import type { Looked } from './look.ts'

/**
 * A meeting is the organiser's appointment alone. Copies of it that became appointments of their own mailboxes, since the
 * organiser was not enabled yet, are looked at once more: they are withdrawn then. Nothing is written, and nobody mailed.
 */
export async function claimCopies(
  ledger: Pick<Ledger, 'find' | 'lookUp' | 'mark'>,
  organizer: Mailbox,
  { look, appointment }: Looked,
): Promise<void> {
  if (look.kind !== 'present' || look.item.role !== 'organizer' || !look.item.uid) return
  const { uid } = look.item
  await Promise.all(
    (appointment?.attendees ?? []).map(async ({ address }) => {
      const mailbox = await ledger.find(address)
      if (!mailbox || mailbox.id === organizer.id) return
      const { byUid } = await ledger.lookUp(mailbox.id, { uids: [uid] })
      const copy = byUid.get(uid.toLowerCase())
      if (!copy?.link.told.holds || copy.link.item?.role !== 'attendee') return
      const { appointmentId } = copy
      await ledger.mark(mailbox.id, { appointmentId, kind: 'look' }, Date.now())
    }),
  )
}
