import type { Ledger, Mailbox, Work } from '@lockstep/ledger'
import type { Queues } from '@lockstep/queue'

type Deps = { ledger: Ledger; queues: Queues }

const atATime = 100

/** Makes the mailboxes due as far as anything in them is, and wakes them: what waited for a switch goes on. */
export async function wakeAll(
  { ledger, queues }: Deps,
  mailboxes: readonly Mailbox[],
  works: readonly Work[],
): Promise<void> {
  for (let from = 0; from < mailboxes.length; from += atATime) {
    const ids = mailboxes.slice(from, from + atATime).map(({ id }) => id)
    await Promise.all(works.flatMap((work) => ids.map((id) => makeDue(ledger, work, id))))
    // If that fails the sweep wakes what is due.
    await Promise.allSettled(works.map((work) => queues[work].wakeAll(ids)))
  }
}

async function makeDue(ledger: Ledger, work: Work, mailboxId: string): Promise<void> {
  const nowMs = Date.now()
  await (work === 'inbound' ? ledger.wakeInbound(mailboxId, nowMs) : ledger.rest(work, mailboxId, nowMs))
}
