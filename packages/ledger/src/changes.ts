import type { ChangeEntry, Changes } from './ledger.ts'
import type { Store } from './store.ts'

export type ChangeLedger = {
  /** Adds a change to the feed of the deployment, and gives its number. Entries are kept for 7 days. */
  appendChange(mailboxId: string, entry: ChangeEntry): Promise<number>
  /**
   * The changes after that number, the oldest first; 0 is before the first. `expired`: some after it are gone, so that
   * the reader has to begin anew: `newestChange`, then everything, then what came after that number.
   */
  changes(after: number, limit: number): Promise<Changes | 'expired'>
  /** The number of the newest change, 0 if there never was one. */
  newestChange(): Promise<number>
}

const KEPT_MS = 7 * 86_400_000

export function createChanges({ keys, run, send, pipeline }: Store): ChangeLedger {
  return {
    async appendChange(mailboxId, entry) {
      const args = [JSON.stringify(entry), entry.atMs, entry.atMs - KEPT_MS, mailboxId]
      return (await run('append-change', [keys.changes, keys.changesSeq], args)) as number
    },
    async changes(after, limit) {
      const [newest, first, found] = (await pipeline((commands) => {
        commands.get(keys.changesSeq)
        commands.xrange(keys.changes, '-', '+', 'COUNT', 1)
        commands.xrange(keys.changes, `(${after}-0`, '+', 'COUNT', limit)
      })) as [string | null, StreamEntry[], StreamEntry[]]
      const newestSeq = Number(newest ?? 0)
      const oldestSeq = first[0] ? seqOf(first[0]) : newestSeq + 1
      if (after > newestSeq || after < oldestSeq - 1) return 'expired'

      const entries = found.map(changeOf)
      return { entries, cursor: entries.at(-1)?.seq ?? after }
    },
    async newestChange() {
      return Number((await send((redis) => redis.get(keys.changesSeq))) ?? 0)
    },
  }
}

type StreamEntry = [id: string, fields: string[]]

function seqOf([id]: StreamEntry): number {
  return Number(id.split('-')[0])
}

function changeOf(stored: StreamEntry): Changes['entries'][number] {
  const [, mailboxId, , , , entry] = stored[1]
  return { ...(JSON.parse(entry!) as ChangeEntry), mailboxId: mailboxId!, seq: seqOf(stored) }
}
