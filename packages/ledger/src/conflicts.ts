import type { Reversal } from '@lockstep/domain'
import { packReversal } from './codec/conflict.ts'
import { unpackLink } from './codec/link.ts'
import type { Keys } from './keys.ts'
import type { Store } from './store.ts'

export type ConflictLedger = {
  /** The sealed values of a conflict, and until when they are kept. They are put there with the outcome `settled`. */
  conflictValues(
    mailboxId: string,
    appointmentId: string,
    version: number,
  ): Promise<{ readonly sealed: string; readonly untilMs: number } | undefined>
  /** Replaces them, for as long as they were to be kept. Says whether they were still there. */
  replaceConflictValues(
    mailboxId: string,
    appointmentId: string,
    version: number,
    sealed: string,
  ): Promise<boolean>
  /** They are gone, of all conflicts of the appointment: it may not be there, or not be looked at, any more. */
  dropConflictValues(mailboxId: string, appointmentId: string): Promise<void>
  /** Notes that people chose the other value. The newest 16 are kept. */
  noteReversal(mailboxId: string, appointmentId: string, reversal: Reversal): Promise<void>
}

const KEPT = 16

export function createConflicts(store: Store): ConflictLedger {
  const { keys, run, send, pipeline } = store
  return {
    conflictValues: async (mailboxId, appointmentId, version) => {
      const key = keys.conflictValues(mailboxId, appointmentId, version)
      const [sealed, until] = (await pipeline((commands) => {
        commands.get(key)
        commands.pexpiretime(key)
      })) as [string | null, number]
      return sealed === null ? undefined : { sealed, untilMs: until }
    },
    replaceConflictValues: async (mailboxId, appointmentId, version, sealed) => {
      const key = keys.conflictValues(mailboxId, appointmentId, version)
      // Not put there anew, should they have been dropped meanwhile.
      return (await send((redis) => redis.call('SET', key, sealed, 'XX', 'KEEPTTL'))) === 'OK'
    },
    dropConflictValues: (mailboxId, appointmentId) => dropConflictValues(store, mailboxId, appointmentId),
    noteReversal: async (mailboxId, appointmentId, reversal) => {
      await run('note-reversal', [keys.appointment(mailboxId, appointmentId)], [packReversal(reversal), KEPT])
    },
  }
}

type Needed = { readonly keys: Keys; readonly send: Store['send'] }

export async function dropConflictValues(
  { keys, send }: Needed,
  mailboxId: string,
  appointmentId: string,
): Promise<void> {
  const link = await send((redis) => redis.hget(keys.appointment(mailboxId, appointmentId), 'l'))
  if (link === null) return
  const versions = new Set(unpackLink(link, '0', undefined).conflicts.map(({ version }) => version))
  const named = [...versions].map((version) => keys.conflictValues(mailboxId, appointmentId, version))
  if (named.length > 0) await send((redis) => redis.del(...named))
}
