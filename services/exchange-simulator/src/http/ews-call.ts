import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AccountOptions } from '../accounts.ts'
import type { Core } from '../core.ts'

/** One request of somebody who has logged on. */
export type EwsCall = {
  readonly text: string
  readonly account: AccountOptions
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** What carries calls out. */
export type EwsParts = {
  readonly core: Core
  readonly onUnexpected: (error: unknown) => void
  /** Ends what still waits when the simulator closes. */
  readonly signal: AbortSignal
}
