import type { LinkedItem } from '@lockstep/domain'
import { unpackItem } from './codec/link.ts'
import type { Store } from './store.ts'

/** An appointment and the item that it is linked to. */
export type Linked = { readonly appointmentId: string; readonly item: LinkedItem }

const RECORDS_AT_A_TIME = 500

/** All appointments of the mailbox that have an item. */
export async function linkedIn({ keys, send, pipeline }: Store, mailboxId: string): Promise<Linked[]> {
  const ids = [...new Set(await send((redis) => redis.hvals(keys.handles(mailboxId))))]
  const linked: Linked[] = []
  for (let from = 0; from < ids.length; from += RECORDS_AT_A_TIME) {
    const some = ids.slice(from, from + RECORDS_AT_A_TIME)
    const stored = await pipeline((commands) => {
      for (const id of some) commands.hget(keys.appointment(mailboxId, id), 'h')
    })
    for (const [n, appointmentId] of some.entries()) {
      const item = stored[n]
      if (typeof item === 'string') linked.push({ appointmentId, item: unpackItem(item) })
    }
  }
  return linked
}
