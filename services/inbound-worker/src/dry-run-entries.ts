import type { DryRunEntry, Ledger } from '@lockstep/ledger'
import type { Application } from './application.ts'

/**
 * The copy, and an application that has everything it is told; both say what becomes of each delivery. What is neither
 * told nor known to the application nor refused is older than what a newly enabled mailbox tells.
 */
export function listenIn(
  copy: Ledger,
  onEntry: (entry: DryRunEntry) => void,
): { copy: Ledger; application: Application } {
  const explained = new Set<string>()
  const inbound = (appointmentId: string, what: Omit<DryRunEntry, 'direction' | 'appointmentId'>) => {
    explained.add(appointmentId)
    onEntry({ direction: 'inbound', appointmentId, ...what })
  }
  const rests = (appointmentId: string, reason: string) => inbound(appointmentId, { action: 'none', reason })

  return {
    copy: {
      ...copy,
      async note(mailboxId, entries) {
        for (const { step, appointmentId } of entries) {
          if (step === 'read') explained.delete(appointmentId)
          if (step === 'echo') rests(appointmentId, 'inStep')
          if (step === 'refused') rests(appointmentId, 'refused')
        }
        await copy.note(mailboxId, entries)
      },
      async tell(mailboxId, attempt, told, nowMs) {
        const { appointmentId } = attempt.record
        if (!explained.has(appointmentId)) rests(appointmentId, 'beforeBackfill')
        return copy.tell(mailboxId, attempt, told, nowMs)
      },
      async postponeDelivery(mailboxId, attempt, dueMs, postponement) {
        rests(attempt.record.appointmentId, postponement.code ?? 'POSTPONED')
        await copy.postponeDelivery(mailboxId, attempt, dueMs, postponement)
      },
      async parkDelivery(mailboxId, attempt, code, nowMs) {
        rests(attempt.record.appointmentId, code)
        await copy.parkDelivery(mailboxId, attempt, code, nowMs)
      },
    },
    application: {
      async tell({ kind, appointmentId, changed, reason }) {
        inbound(appointmentId, { action: kind, changed, ...(reason && { reason }) })
        return { kind: 'acknowledged' }
      },
      close: async () => {},
    },
  }
}
