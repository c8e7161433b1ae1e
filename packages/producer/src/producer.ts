import type { AppointmentEvent } from './event.ts'
import type { EventResult } from './take-events.ts'

/** Sends an application's events to Lockstep. */
export type Producer = {
  /**
   * Says for each event, in order, what became of it. Resolves only when everything that is `accepted` is stored.
   * Events may be sent again at any time: what was taken before is `stale`.
   *
   * @throws {LockstepUnavailableError} Not now: send the same events again, not before `retryAfterMs`.
   * @throws {LockstepRefusedError} Not like this: the key or the request as a whole is wrong.
   */
  send(events: readonly AppointmentEvent[]): Promise<EventResult[]>
  close(): Promise<void>
}

/** Lockstep cannot be reached, or cannot store anything at present. */
export class LockstepUnavailableError extends Error {
  override name = 'LockstepUnavailableError'
  readonly retryAfterMs: number

  constructor(message: string, retryAfterMs: number, options?: ErrorOptions) {
    super(message, options)
    this.retryAfterMs = retryAfterMs
  }
}

/** Lockstep does not take requests like this one, for example because of the key. Sending it again cannot help. */
export class LockstepRefusedError extends Error {
  override name = 'LockstepRefusedError'
  readonly status: number
  readonly mend: string | undefined

  constructor(status: number, detail: string, mend?: string) {
    super(`Lockstep refuses the request: ${detail}${mend ? ` ${mend}` : ''} (${status})`)
    this.status = status
    this.mend = mend
  }
}
