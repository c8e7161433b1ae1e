import type { Appointment, ChangeKind, Refusal } from '@lockstep/domain'

/** What the application is told: something happened to an appointment in Exchange. */
export type Change = {
  /** The same for every delivery of the same message. */
  readonly id: string
  readonly kind: ChangeKind
  readonly atMs: number
  readonly mailbox: string
  readonly appointmentId: string
  /** Grows for each appointment. */
  readonly revision: number
  /** The newest version of the application's that is merged into it. */
  readonly applicationVersion: number
  /** The properties to apply, and no others. */
  readonly changed: readonly string[]
  readonly appointment?: Appointment
  readonly reason?: Refusal
}

export type Reception =
  /** It has it; `appointmentId` if it wants to call a new appointment by its own id. */
  | { readonly kind: 'acknowledged'; readonly appointmentId?: string }
  /** It has a newer version on the way: tell it again once that is merged. */
  | { readonly kind: 'newerVersion'; readonly version: number }
  /** It cannot be reached, or is busy. Costs no attempt. */
  | { readonly kind: 'unavailable'; readonly retryAfterMs: number; readonly code: string }
  /** It does not want it. */
  | { readonly kind: 'rejected'; readonly code: string }

/** The port to the business application. */
export interface Application {
  tell(change: Change, signal: AbortSignal): Promise<Reception>
  close(): Promise<void>
}
