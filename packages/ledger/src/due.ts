import { brakeField } from './brakes.ts'
import type { Rest } from './ledger.ts'
import type { Work } from './work.ts'
import type { Store } from './store.ts'

export type DueLedger = {
  /** Mailboxes in which something of this work is due, the longest due first. For the sweep. */
  dueMailboxes(work: Work, nowMs: number, limit: number): Promise<string[]>
  /** At the start of a slice: the sweep leaves the mailbox alone until then, and wakes it should the slice die. */
  lease(work: Work, mailboxId: string, untilMs: number): Promise<void>
  /** At the end of a slice: says what is left, and lets the sweep wake the mailbox when that is due. */
  rest(work: Work, mailboxId: string, nowMs: number): Promise<Rest>
  /** When the subscription or the poll of the mailbox next needs care. It replaces the time set before. */
  setInboundDue(mailboxId: string, dueMs: number): Promise<void>
  /** Something changed in Exchange: the mailbox is due now, until a slice has taken it up with `lease`. */
  wakeInbound(mailboxId: string, nowMs: number): Promise<void>
}

/** Fields of a mailbox that hold a time at which inbound is due. */
const WAKE = 'wake'
const UPKEEP = 'upkeep'

export function createDue({ keys, run, send, pipeline }: Store): DueLedger {
  return {
    async dueMailboxes(work, nowMs, limit) {
      const found = await send((redis) =>
        Promise.all(
          keys
            .allMailboxesDue(work)
            .map((key) => redis.zrangebyscore(key, '-inf', nowMs, 'WITHSCORES', 'LIMIT', 0, limit)),
        ),
      )
      return found
        .flatMap(pairs)
        .sort((a, b) => a.dueMs - b.dueMs)
        .slice(0, limit)
        .map(({ member }) => member)
    },

    async lease(work, mailboxId, untilMs) {
      await run(
        'lease',
        [keys.mailboxesDue(work, mailboxId), keys.mailbox(mailboxId)],
        [mailboxId, untilMs, work === 'inbound' ? WAKE : ''],
      )
    },

    async rest(work, mailboxId, nowMs) {
      const dues = [keys.mailboxesDue(work, mailboxId), keys.mailbox(mailboxId)]
      const earliest =
        work === 'inbound'
          ? await run('rest', dues, [mailboxId, WAKE, UPKEEP])
          : await run('rest', [...dues, keys.appointmentsDue(work, mailboxId)], [mailboxId, brakeField(work)])

      if (earliest === '') return 'none'
      const nextDueMs = Number(earliest)
      return nextDueMs <= nowMs ? 'more' : { nextDueMs }
    },

    async setInboundDue(mailboxId, dueMs) {
      await pipeline((commands) => {
        commands.hset(keys.mailbox(mailboxId), UPKEEP, dueMs)
        commands.zadd(keys.mailboxesDue('inbound', mailboxId), 'LT', dueMs, mailboxId)
      })
    },

    async wakeInbound(mailboxId, nowMs) {
      await pipeline((commands) => {
        commands.hset(keys.mailbox(mailboxId), WAKE, nowMs)
        commands.zadd(keys.mailboxesDue('inbound', mailboxId), 'LT', nowMs, mailboxId)
      })
    },
  }
}

function pairs(flat: readonly string[]): { member: string; dueMs: number }[] {
  return Array.from({ length: flat.length / 2 }, (_, n) => ({
    member: flat[2 * n]!,
    dueMs: Number(flat[2 * n + 1]),
  }))
}
