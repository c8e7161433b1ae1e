import type { Hearing, Ledger, Mailbox, MailboxState, Way } from '@lockstep/ledger'
import type { Logger } from '@lockstep/runtime'
import type { Push, PushHearing } from './push.ts'
import { keepStreaming, leaveStreaming, type StreamingHearing, type Told } from './streaming.ts'

export type HearingUpkeep = {
  /** Sees to it that the mailbox's changes are heard of. Resolves with when to look again, in milliseconds from now. */
  keep(mailbox: Mailbox, told: { isNotified: boolean }, signal: AbortSignal): Promise<number>
  /** Changes were found that nobody told of. `currentBeforeMs` is when none were left before that. */
  doubt(mailbox: Mailbox, currentBeforeMs: number | undefined, signal: AbortSignal): Promise<number>
  /** Exchange was away, and may have lost what it was to tell. */
  distrust(): void
}

export type HearingOptions = {
  /** How often a mailbox is compared all the same, by the way in which it is heard of. */
  readonly compareEveryMs: Readonly<Record<Way, number>>
  readonly streams: boolean
}

type Deps = {
  ledger: Ledger
  log: Logger
  options: HearingOptions
  /** Missing where Exchange is not to call. */
  push?: Push | undefined
}

type Unheard<Found> = Exclude<Found, { kind: 'heard' }>
type Judged = { hearing: Omit<Hearing, 'sinceMs'>; lookAgainMs: number }

const rank: Record<Way, number> = { push: 2, streaming: 1, poll: 0 }

/**
 * Hears of each mailbox's changes by the best way that works: push, streaming, poll. A way that falls silent is given up
 * for the next one and asked for again at growing distances; the way in force is kept in the ledger.
 */
export function createHearing({ ledger, log, options, push }: Deps): HearingUpkeep {
  const { compareEveryMs, streams } = options

  async function look(mailbox: Mailbox, state: MailboxState, told: Told, signal: AbortSignal) {
    const { isUnheard } = told
    if (!push && state.subscription) await ledger.endSubscription(mailbox.id, state.subscription.id)
    const byPush = await push?.keep({ mailbox, state, isUnheard }, signal)
    const { hearing, lookAgainMs } = await judge(mailbox, state, told, byPush)
    await note(mailbox, state.hearing, hearing)
    return Math.min(lookAgainMs, compareEveryMs[hearing.way])
  }

  async function judge(
    mailbox: Mailbox,
    state: MailboxState,
    told: Told,
    byPush: PushHearing | undefined,
  ): Promise<Judged> {
    if (byPush?.kind === 'heard') {
      if (wasStreamed(state)) await leaveStreaming(ledger, mailbox.id, 'PUSH_HEARD')
      return { hearing: { way: 'push' }, lookAgainMs: byPush.lookAgainMs }
    }
    if (byPush?.kind === 'waiting') return waiting(state.hearing, byPush)
    const byStreaming = streams ? await keepStreaming(ledger, mailbox, state, told) : undefined
    return judged(byPush, byStreaming)
  }

  async function note(mailbox: Mailbox, before: Hearing | undefined, now: Omit<Hearing, 'sinceMs'>) {
    const isOther = before?.way !== now.way
    const hearing: Hearing = { ...now, sinceMs: isOther ? Date.now() : before.sinceMs }
    if (JSON.stringify(sorted(hearing)) === JSON.stringify(sorted(before))) return
    await ledger.saveHearing(mailbox.id, hearing)
    if (!isOther) return
    const isWorse = before !== undefined && rank[now.way] < rank[before.way]
    const fields = { mailboxId: mailbox.id, way: now.way, before: before?.way, whyNot: now.whyNot }
    log[isWorse ? 'warn' : 'info'](fields, 'hears of changes by another way')
  }

  return {
    keep: async (mailbox, { isNotified }, signal) =>
      look(mailbox, await ledger.mailboxState(mailbox.id), { isNotified, isUnheard: false }, signal),
    async doubt(mailbox, currentBeforeMs = 0, signal) {
      const state = await ledger.mailboxState(mailbox.id)
      const { streaming } = state
      const isStreamed = state.hearing?.way === 'streaming'
      const isUnheard =
        !isStreamed ||
        (streaming !== undefined && 'sinceMs' in streaming && streaming.sinceMs < currentBeforeMs)
      return look(mailbox, state, { isNotified: false, isUnheard }, signal)
    },
    distrust: () => push?.distrust(),
  }
}

function wasStreamed({ hearing }: MailboxState): boolean {
  return hearing?.way === 'streaming' || hearing?.whyNot?.streaming !== undefined
}

/** Exchange gets a moment to call; until then everything stays as it is. */
function waiting(before: Hearing | undefined, { whyNot, lookAgainMs }: Unheard<PushHearing>): Judged {
  const { way = 'poll', whyNot: known } = before ?? {}
  return { hearing: { way, whyNot: { ...known, push: whyNot } }, lookAgainMs }
}

function judged(byPush: Unheard<PushHearing> | undefined, byStreaming: StreamingHearing | undefined): Judged {
  const { streams, lookAgainMs, remembered } = streamed(byStreaming)
  const whyNot = {
    ...(byPush && { push: byPush.whyNot }),
    ...(byStreaming?.kind === 'unheard' && { streaming: byStreaming.whyNot }),
  }
  const hearing = {
    ...remembered,
    way: streams ? ('streaming' as const) : ('poll' as const),
    ...(Object.keys(whyNot).length > 0 && { whyNot }),
    ...(byPush && byPush.tries > 0 && { pushTries: byPush.tries }),
  }
  return { hearing, lookAgainMs: Math.min(lookAgainMs, byPush?.lookAgainMs ?? Infinity) }
}

function streamed(byStreaming: StreamingHearing | undefined) {
  if (!byStreaming) return { streams: false, lookAgainMs: Infinity, remembered: {} }
  const { kind, lookAgainMs, remembered } = byStreaming
  return { streams: kind === 'heard', lookAgainMs, remembered }
}

function sorted(hearing: Hearing | undefined) {
  return hearing && Object.entries(hearing).toSorted(([a], [b]) => a.localeCompare(b))
}
