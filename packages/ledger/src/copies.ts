import type { LinkedItem } from '@lockstep/domain'
import { packItem, unpackItem } from './codec/link.ts'
import { UNCONFIRMED } from './rebuilds.ts'
import type { Store } from './store.ts'

/** An item that was found by its stamp or UID when nothing was known of the appointment. */
export type Presumed = { readonly appointmentId: string; readonly item: LinkedItem }

export type HandOver = { readonly from: string; readonly to: string; readonly item: LinkedItem }

export type CopyLedger = {
  presumedItems(mailboxId: string): Promise<Presumed[]>
  /**
   * The item that is linked to one appointment is another's, which has none. Both are looked at, and what of them is
   * unconfirmed goes on. Says whether it was handed over.
   */
  handOver(mailboxId: string, handOver: HandOver, nowMs: number): Promise<boolean>
}

const AT_A_TIME = 500
/** The former one may get another item in its place, before it is looked at. */
const LOOK_AFTER_MS = 3_000

export function createCopies({ keys, run, send, pipeline }: Store): CopyLedger {
  return {
    async presumedItems(mailboxId) {
      const ids = [...new Set(await send((redis) => redis.hvals(keys.handles(mailboxId))))]
      const presumed: Presumed[] = []
      for (let from = 0; from < ids.length; from += AT_A_TIME) {
        const some = ids.slice(from, from + AT_A_TIME)
        const stored = await pipeline((commands) => {
          for (const id of some) commands.hget(keys.appointment(mailboxId, id), 'h')
        })
        for (const [n, appointmentId] of some.entries()) {
          const item = stored[n] ? unpackItem(stored[n] as string) : undefined
          if (item?.isPresumed) presumed.push({ appointmentId, item })
        }
      }
      return presumed
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
