import type { ExchangeConfig } from '../create-exchange.ts'
import { examineEndpoint } from './examine-endpoint.ts'
import { openLine, type Shared } from './line.ts'
import { proveScope } from './prove-scope.ts'
import type { Step } from './step.ts'
import { type MailboxTest, testMailbox } from './test-mailbox.ts'

/** Finds out what of a connection to Exchange works, and says what to do where it does not. */
export type Examiner = {
  /** The way to the endpoint and the account, each step as soon as it is known. */
  endpoint(): AsyncGenerator<Step>
  /** All that synchronising this mailbox takes. Leaves nothing behind. */
  mailbox(address: string, test: MailboxTest): AsyncGenerator<Step>
  /** Whether the account is denied a mailbox that is none of its business. */
  scope(outside: string, signal?: AbortSignal): Promise<Step>
  close(): Promise<void>
}

/** `shared` is missing where Redis is away: then nothing is known of the budget that others use. */
export function createExaminer(config: ExchangeConfig, shared: Shared | undefined): Examiner {
  const line = openLine(config, shared)
  const mustImpersonate = config.auth.kind === 'oauth'
  return {
    endpoint: () => examineEndpoint(config, line, shared),
    mailbox: (address, test) => testMailbox(line.client, address, test, mustImpersonate),
    scope: (outside, signal) => proveScope(line.client, outside, signal),
    close: () => line.close(),
  }
}
