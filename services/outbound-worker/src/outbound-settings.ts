import type { BrakeRules, OscillationRules, OutboundRules } from '@lockstep/domain'

/** What is in force while a batch is settled. */
export type OutboundSettings = Omit<OutboundRules, 'nowMs'> &
  FixedSettings & {
    mute: boolean
  }

/** What does not change while the worker runs. */
export type FixedSettings = Pick<OutboundRules, 'lateCallMs'> & {
  refusePersonal: boolean
  brake: BrakeRules
  oscillation: OscillationRules
  /** What had an item before the ledger was lost, and has none, is created without asking. */
  createsUnconfirmed: boolean
  /** How long what is old waits for other mailboxes to be listed. */
  rebuildWaitMs: number
  /** After this time the appointments of a worker that died are due again. */
  leaseMs: number
  /** Recipients that may be mailed for a mailbox in an hour. */
  mailBudget: number
}
