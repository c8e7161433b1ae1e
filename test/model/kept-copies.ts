import type { Memory } from './book.ts'
import type { Constellation } from './constellation.ts'
import { labelOf } from './content.ts'
import type { Evidence } from './evidence.ts'
import type { Violation } from './oracle.ts'
import type { Stage } from './stage.ts'

/**
 * After a loss users' copies and what they were made from are not judged but for this: none vanishes from its calendar,
 * unless one of its own users took it away, or whoever decides of what is unconfirmed.
 */
export function vanished({ simulator }: Constellation, { book, cancelled }: Stage): Violation[] {
  return book.blurred().flatMap((memory): Violation[] => {
    const { label, acts, blurred } = memory
    const isMeant = acts.some(({ what }) => what === 'takenAway') || cancelled.has(label)
    if (!blurred!.wasThere || isMeant || isThere(simulator, memory)) return []
    return [{ kind: 'lost', label, detail: 'after a loss: nobody took it from the calendar' }]
  })
}

/** No history gives such labels. */
const firstLabel = 1_000_000

/** While the ledger is lost users copy some of what both sides hold: nobody knows of that. Resolves with what was copied. */
export async function copyMeanwhile({ book, play }: Stage, evidence: Evidence): Promise<number[]> {
  const there = book.all().filter((memory) => memory.agreed && evidence.items(memory).length === 1)
  const labels = there.map(({ label }) => label).filter((label) => label % 4 === 1)
  for (const label of labels) {
    const as = firstLabel + book.size
    await play({ do: 'copy', side: 'exchange', label, as, serial: as, afterMs: 0 })
  }
  return labels
}

/** What is there when it is quiet stays there. */
export function keepCopies({ simulator }: Constellation, { book, cancelled }: Stage): void {
  cancelled.clear()
  for (const memory of book.blurred()) {
    memory.blurred = { wasThere: isThere(simulator, memory) }
    memory.acts = []
  }
}

function isThere({ calendarOf }: Constellation['simulator'], { mailbox, label }: Memory): boolean {
  const own = calendarOf(mailbox).filter(({ isOrganizer }) => isOrganizer)
  return own.some(({ subject }) => labelOf(subject) === label)
}
