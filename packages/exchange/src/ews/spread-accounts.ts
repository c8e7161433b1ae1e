import { createHash } from 'node:crypto'
import { ExchangeError, ExchangeUnavailableError } from '../errors.ts'
import type { EwsCall, EwsClient } from './ews-client.ts'
import { isAnswer } from './failures.ts'
import { accountTroubleOf, type AccountTrouble } from './account-trouble.ts'
import { getCalendarFolder } from './operations/get-calendar-folder.ts'

/** One of several accounts that share the load of a connection. */
export type Account = { readonly name: string; readonly client: EwsClient }

/** What became of an account: its mailboxes go to the others, or come back. */
export type AccountFact = { readonly account: string; readonly state: 'away' | 'back'; readonly code: string }

export type SpreadOptions = {
  /** An account that has been refused or throttled for so long gives its mailboxes to the others. */
  readonly moveAfterMs: number
  /** How often it is seen whether such an account is well again. */
  readonly probeEveryMs?: number
  readonly onAccount?: ((fact: AccountFact) => void) | undefined
}

export type Spread = EwsClient & {
  /** Which account acts for this mailbox at present. */
  accountOf(mailbox: string): string
  close(): void
}

type State = { readonly account: Account; trouble?: { sinceMs: number; code: string }; isAway: boolean }

const leastRetryMs = 1_000

/**
 * Spreads the calls of a connection over its accounts. A mailbox stays with its account, since subscriptions belong to
 * the one that made them; handles and cursors belong to the mailbox, whoever acts for it. Which account is told by
 * rendezvous hashing, so that all processes agree, and another account takes over only what is its share.
 */
export function spreadOver(accounts: readonly Account[], options: SpreadOptions): Spread {
  const { moveAfterMs, probeEveryMs = 15_000, onAccount } = options
  const states: State[] = accounts.map((account) => ({ account, isAway: false }))
  let timer: NodeJS.Timeout | undefined

  function stateFor(call: Pick<EwsCall, 'mailbox' | 'group'>): State {
    for (const state of states) noteAway(state)
    const ranked = rankedFor((call.group?.anchor ?? call.mailbox ?? '').toLowerCase(), states)
    return ranked.find(({ isAway }) => !isAway) ?? ranked[0]!
  }

  function noteAway(state: State): void {
    const { trouble, account } = state
    if (!trouble || state.isAway || performance.now() - trouble.sinceMs < moveAfterMs) return
    state.isAway = true
    onAccount?.({ account: account.name, state: 'away', code: trouble.code })
    timer ??= setInterval(() => void probeAway(), probeEveryMs)
  }

  function noteWell(state: State): void {
    const { account, isAway } = state
    delete state.trouble
    state.isAway = false
    if (isAway) onAccount?.({ account: account.name, state: 'back', code: 'ok' })
  }

  async function probeAway(): Promise<void> {
    await Promise.all(states.filter(({ isAway }) => isAway).map(probe))
    if (states.some(({ isAway }) => isAway)) return
    clearInterval(timer)
    timer = undefined
  }

  async function probe(state: State): Promise<void> {
    try {
      await getCalendarFolder(state.account.client, undefined)
    } catch (error) {
      if (!isAnswer(error) || accountTroubleOf(error)) return
    }
    noteWell(state)
  }

  async function via<Result>(state: State, call: () => Promise<Result>): Promise<Result> {
    try {
      const result = await call()
      noteWell(state)
      return result
    } catch (error) {
      const trouble = accountTroubleOf(error)
      if (!trouble) throw error
      state.trouble ??= { sinceMs: performance.now(), code: (error as ExchangeError).code }
      throw shareOf(error as ExchangeUnavailableError, trouble, restMs(state))
    }
  }

  /** How long until the mailboxes of the account go to another. */
  function restMs({ trouble }: State): number {
    return Math.max(leastRetryMs, (trouble?.sinceMs ?? 0) + moveAfterMs - performance.now())
  }

  return {
    run: (call, operation) => {
      const state = stateFor(call)
      return via(state, () => state.account.client.run(call, operation))
    },
    stream: (call, ...rest) => {
      const state = stateFor(call)
      return via(state, () => state.account.client.stream(call, ...rest))
    },
    accountOf: (mailbox) => stateFor({ mailbox }).account.name,
    close: () => clearInterval(timer),
  }
}

/** An account's own trouble is no outage of the endpoint, and waits no longer than until another account takes over. */
function shareOf(error: ExchangeUnavailableError, trouble: AccountTrouble, mostMs: number): ExchangeError {
  const code = trouble === 'refused' ? 'ACCOUNT_REFUSED' : error.code
  const retryAfterMs = Math.min(error.retryAfterMs, mostMs)
  return new ExchangeUnavailableError(code, retryAfterMs, { effect: error.effect, cause: error })
}

/** The accounts in the order in which they are to act for this mailbox. */
function rankedFor(mailbox: string, states: readonly State[]): State[] {
  const weight = ({ account }: State) =>
    createHash('sha256').update(`${account.name}\n${mailbox}`).digest().readUIntBE(0, 6)
  return states
    .map((state) => ({ state, weight: weight(state) }))
    .sort((a, b) => b.weight - a.weight)
    .map(({ state }) => state)
}
