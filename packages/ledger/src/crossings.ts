import type { Crossing, Frozen } from '@lockstep/domain'
import { packCrossing, packFrozen } from './codec/crossing.ts'
import type { Store } from './store.ts'

export type CrossingLedger = {
  /** Notes an update that was written or told. The newest 16 are kept. */
  noteCrossing(mailboxId: string, appointmentId: string, crossing: Crossing): Promise<void>
  /** The appointment flips between the sides. `replay` thaws it. */
  freeze(mailboxId: string, appointmentId: string, frozen: Frozen): Promise<void>
}

const KEPT = 16

export function createCrossings({ keys, run }: Store): CrossingLedger {
  return {
    async noteCrossing(mailboxId, appointmentId, crossing) {
      await run(
        'note-crossing',
        [keys.appointment(mailboxId, appointmentId)],
        [packCrossing(crossing), KEPT, ''],
      )
    },
    async freeze(mailboxId, appointmentId, frozen) {
      await run('note-crossing', [keys.appointment(mailboxId, appointmentId)], ['', KEPT, packFrozen(frozen)])
    },
  }
}
