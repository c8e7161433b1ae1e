import type { ExchangeConfig } from '../create-exchange.ts'
import { examineEndpoint } from './examine-endpoint.ts'
import { openLines, type Shared } from './line.ts'
import { proveScope } from './prove-scope.ts'
import type { Step } from './step.ts'
import { type MailboxTest, testMailbox } from './test-mailbox.ts'

/** Finds out what of a connection to Exchange works, and says what to do where it does not. */
export type Examiner = {
  /** The way to the endpoint and the accounts, each step as soon as it is known. */
  endpoint(): AsyncGenerator<Step>
  /** All that synchronising this mailbox takes. Leaves nothing behind. */
  mailbox(address: string, test: MailboxTest): AsyncGenerator<Step>
  /** Whether every account is denied a mailbox that is none of its business. */
  scope(outside: string, signal?: AbortSignal): Promise<Step>
  close(): Promise<void>
}

/** `shared` is missing where Redis is away: then nothing is known of the budgets that others use. */
export function createExaminer(config: ExchangeConfig, shared: Shared | undefined): Examiner {
  const lines = openLines(config, shared)
  const clients = lines.map(({ client }) => client)
  const mustImpersonate = config.auth.kind === 'oauth'
  let tested = 0
  return {
    endpoint: () => examineEndpoint(config, lines),
    mailbox(address, test) {
      // Several accounts share the tests of many mailboxes, each within its own budget.
      const turn = tested++ % clients.length
      return testMailbox([...clients.slice(turn), ...clients.slice(0, turn)], address, test, mustImpersonate)
    },
    async scope(outside, signal) {
      const steps = await Promise.all(clients.map((client) => proveScope(client, outside, signal)))
      return steps.find(({ outcome }) => outcome !== 'ok') ?? steps[0]!
    },
    async close() {
      await Promise.all(lines.map((line) => line.close()))
    },
  }
}
