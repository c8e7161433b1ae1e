import type { CallOptions } from './calendar-gateway.ts'

export type Spending = CallOptions & { readonly mailbox: string }

/**
 * The calls that our account may make of Exchange, shared by all processes. Every HTTP call goes through it, so the
 * adapter asks for each, and nobody else needs to.
 */
export type Budget = {
  /**
   * Makes a call when its turn has come. The wait is bounded.
   * @throws {ExchangeUnavailableError} with effect `none` if the turn does not come, and whatever `call` throws
   */
  spend<Result>(spending: Spending, call: () => Promise<Result>): Promise<Result>

  /** Exchange asked for quiet: no call of any process begins within the next `ms`. */
  backOff(ms: number): Promise<void>

  close(): Promise<void>
}

/** No limit: for one process that makes one call at a time, such as a check from the command line. */
export const unlimitedBudget: Budget = {
  spend: (_spending, call) => call(),
  backOff: async () => {},
  close: async () => {},
}
