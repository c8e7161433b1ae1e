import type { LinkedItem } from '@lockstep/domain'
import { packItem } from './codec/link.ts'
import { type Linked, linkedIn } from './linked.ts'
import { UNCONFIRMED } from './rebuilds.ts'
import type { Store } from './store.ts'

/** An item that was found by its stamp or UID when nothing was known of the appointment. */
export type Presumed = Linked

export type HandOver = { readonly from: string; readonly to: string; readonly item: LinkedItem }

export type CopyLedger = {
  presumedItems(mailboxId: string): Promise<Presumed[]>
  /**
   * The item that is linked to one appointment is another's, which has none. Both are looked at, and what of them is
   * unconfirmed goes on. Says whether it was handed over.
   */
  handOver(mailboxId: string, handOver: HandOver, nowMs: number): Promise<boolean>
}

/** The former one may get another item in its place, before it is looked at. */
const LOOK_AFTER_MS = 3_000

export function createCopies(store: Store): CopyLedger {
  const { keys, run } = store
  return {
    async presumedItems(mailboxId) {
      return (await linkedIn(store, mailboxId)).filter(({ item }) => item.isPresumed)
    },
    async handOver(mailboxId, { from, to, item }, nowMs) {
      const scriptKeys = [
        keys.appointment(mailboxId, from),
        keys.appointment(mailboxId, to),
        keys.handles(mailboxId),
        ...keys.dues('outbound', mailboxId),
        ...keys.dues('deliveries', mailboxId),
      ]
      const lookAtMs = nowMs + LOOK_AFTER_MS
      const args = [from, to, mailboxId, nowMs, packItem(item), lookAtMs, UNCONFIRMED]
      return (await run('hand-over', scriptKeys, args)) === 1
    },
  }
}
