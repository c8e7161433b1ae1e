import type { Mailbox } from './ledger.ts'
import type { Store } from './store.ts'

/** Whether what a mailbox was before this ledger knew it is known to an earlier one, that was lost. */
export type Restoration = {
  /** The ledger is that old. Of one that does not say so: the mailbox is. */
  readonly ledgerSinceMs: number
  /** It was synchronised before: an earlier ledger was lost, and this one knows the mailbox since then. */
  readonly restoredSinceMs?: number
  /** So it was, though its rebuild may have ended. */
  readonly isAfterLoss: boolean
  /** Mailboxes that were enabled with it when the ledger was begun are not listed yet: they may tell of a loss. */
  readonly awaitsOthers: boolean
}

export type RestorationLedger = {
  /**
   * The mailbox was synchronised before this ledger knew it. If it was enabled when the ledger was begun, all that were
   * count as such: an earlier ledger was lost as a whole.
   */
  noteRestored(mailbox: Mailbox): Promise<void>
  restorationOf(mailbox: Mailbox): Promise<Restoration>
}

/** Mailboxes that are enabled within so long of the first one count as enabled with it. */
export const BEGINNING_MS = 86_400_000

/** `own` is the ledger itself, if `store` is a copy of some of it: what a copy finds out is not noted there. */
export function createRestorations(store: Store, own: Store): RestorationLedger {
  const { keys, send } = store

  return {
    async noteRestored({ id, enabledAtMs }) {
      await send((redis) => redis.hsetnx(keys.mailbox(id), 'restored', enabledAtMs))
      if (store !== own) return
      const { atMs } = await beginning(own)
      if (isOf(atMs, enabledAtMs))
        await send((redis) => redis.hsetnx(own.keys.beginning, 'lost', enabledAtMs))
    },
    async restorationOf({ id, enabledAtMs }) {
      const [{ atMs, isLoss, isAwaited }, [restored, ended]] = await Promise.all([
        beginning(own),
        send((redis) => redis.hmget(keys.mailbox(id), 'restored', 'rebuilt')),
      ])
      const isOfBeginning = isOf(atMs, enabledAtMs)
      const isOpen = ended === null && isOfBeginning
      const restoredSince = restored ?? (isOpen && isLoss ? enabledAtMs : undefined)
      return {
        ledgerSinceMs: atMs ?? enabledAtMs,
        ...(restoredSince !== undefined && { restoredSinceMs: Number(restoredSince) }),
        isAfterLoss: restored !== null || ended !== null || (isOfBeginning && isLoss),
        awaitsOthers: isOpen && isAwaited,
      }
    },
  }
}

type Beginning = { atMs: number | undefined; isLoss: boolean; isAwaited: boolean }

/** Who is awaited is asked first: what the last of them has told is known then. */
async function beginning({ keys, pipeline }: Store): Promise<Beginning> {
  const [awaited, known] = (await pipeline((commands) => {
    commands.scard(keys.awaited)
    commands.hmget(keys.beginning, 'at', 'lost')
  })) as [number, (string | null)[]]
  const [at, lost] = known
  return { atMs: at ? Number(at) : undefined, isLoss: Boolean(lost), isAwaited: awaited > 0 }
}

function isOf(atMs: number | undefined, enabledAtMs: number): boolean {
  return atMs !== undefined && enabledAtMs <= atMs + BEGINNING_MS
}
