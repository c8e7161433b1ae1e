import type { Dispatcher } from 'undici'
import type { Deadline } from '../../deadline.ts'

/** One HTTP request to Exchange, but for who asks. */
export type EwsRequest = {
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** `sent` becomes true when the body goes over a connected socket: until then it cannot have had an effect. */
  readonly wire: { sent: boolean }
  /** Looked at last, when the request is about to be written to a connected socket. */
  readonly deadline?: Deadline | undefined
}

/** Sends requests to one endpoint in the name of one account. */
export type Sender = {
  /** @throws {TransportError} of kind `logon` if the account is not let in, and whatever undici throws */
  send(request: EwsRequest): Promise<Dispatcher.ResponseData>
  close(): Promise<void>
}
