import type {
  Appointment,
  Attendee,
  Body,
  Finding,
  Fingerprints,
  OutboundPlan,
  Overtaken,
} from '@lockstep/domain'
import type { OutboundAttempt, OutboundOutcome } from '@lockstep/ledger'

/** What is found out and decided about one appointment of a batch, until it has an outcome. */
export type Task = {
  /** Its record is caught up with what the item's stamp says, once that was read. */
  attempt: OutboundAttempt
  /** What is wanted; missing if it is wanted absent. */
  readonly appointment?: Appointment
  readonly fingerprints?: Fingerprints
  readonly isOver?: boolean
  readonly overtaken?: Overtaken
  plan: OutboundPlan
  finding?: Finding
  /** What a mail about the item at Exchange would depend on. */
  meeting?: { role: 'organizer' | 'attendee'; attendees: readonly Attendee[]; isOver: boolean }
  /** What the item was when it was read. */
  found?: Appointment
  /** What the item's body was when it was read. */
  foundBody?: Body
  /** Exchange says that the item changed: it is read before anything else. */
  mustRead?: boolean
  writtenAtMs?: number
  outcome?: OutboundOutcome
  /** Recipients that were counted, since they are mailed if its plan is carried out. */
  mailing?: { readonly recipients: number; readonly atMs: number }
}
