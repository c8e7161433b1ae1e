import { appointmentIdFor, type Digest } from '@lockstep/domain'
import type { ItemChange, ItemHead } from '@lockstep/exchange'
import type { Known, Mailbox, Mark } from '@lockstep/ledger'
import { createMarkOf, type MarkOfDeps, type Page } from './mark-of.ts'

type Deps = MarkOfDeps & { digest: Digest }

/** What a page means for the ledger: appointments to look at. */
export type MarksOf = (
  mailbox: Mailbox,
  changes: readonly ItemChange[],
  signal: AbortSignal,
) => Promise<Mark[]>

/** Decides, change by change, what the application may have to be told; reads no content. */
export function createMarksOf({ digest, ...deps }: Deps): MarksOf {
  const { ledger } = deps
  return async function marksOf(mailbox, changes, signal) {
    const owner = mailbox.enabledAs ?? mailbox.id
    const idOf: Page['idOf'] = ({ uid }) => appointmentIdFor(owner, uid, digest)
    const copyIdOf: Page['copyIdOf'] = ({ uid, itemId }) => appointmentIdFor(owner, uid, digest, itemId)
    const known = await ledger.lookUp(mailbox.id, keysOf(changes, idOf))
    const copies = await ledger.lookUp(mailbox.id, {
      appointmentIds: unknownIn(changes, known).map(copyIdOf),
    })
    const marks = new Map<string, Mark>()
    const markOf = createMarkOf(deps, { mailbox, signal, idOf, copyIdOf, known, copies, marks })

    for (const change of changes) {
      if (change.kind === 'gone') {
        noteGone(change.itemId, known, marks)
        continue
      }
      const mark = await markOf(change.head)
      if (mark) marks.set(mark.appointmentId, mark)
    }
    return [...marks.values()]
  }
}

function noteGone(itemId: string, known: Known, marks: Map<string, Mark>): void {
  const record = known.byItemId.get(itemId)
  if (!record) {
    // It came and went in one page.
    for (const [id, { item }] of marks) if (item?.itemId === itemId) marks.delete(id)
    return
  }
  const { appointmentId } = record
  // Moved out and back in one page: the handle that went is not the current one any more.
  if (!marks.get(appointmentId)?.item) marks.set(appointmentId, { appointmentId, kind: 'gone' })
}

/** Those that no appointment is known to have. */
function unknownIn(changes: readonly ItemChange[], { byItemId }: Known): ItemHead[] {
  const heads = changes.flatMap((change) => (change.kind === 'present' ? [change.head] : []))
  return heads.filter(({ itemId }) => !byItemId.has(itemId))
}

function keysOf(changes: readonly ItemChange[], idOf: (head: ItemHead) => string) {
  const heads = changes.flatMap((change) => (change.kind === 'present' ? [change.head] : []))
  return {
    itemIds: changes.map((change) => (change.kind === 'gone' ? change.itemId : change.head.itemId)),
    uids: heads.map(({ uid }) => uid.toLowerCase()),
    appointmentIds: heads.flatMap((head) => (head.stamp ? [head.stamp.appointmentId] : [idOf(head)])),
  }
}
