import type { ChangeFacts } from '@lockstep/producer'

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
  tell(change: ChangeFacts, signal: AbortSignal): Promise<Reception>
  close(): Promise<void>
}
