import { notificationUrl } from '@lockstep/connections'
import { type CalendarGateway, ExchangeUnavailableError } from '@lockstep/exchange'
import type { Hearing, Ledger, Mailbox, MailboxState, Subscription } from '@lockstep/ledger'
import type { Logger } from '@lockstep/runtime'

export type PushOptions = {
  /** What Exchange calls, without the path. */
  readonly publicUrl: string
  /** How often Exchange gives a sign of life when nothing happens; after twice the time it counts as silent. */
  readonly statusFrequencyMinutes: number
  /** How long a minute is: tests make it shorter, here and at Exchange. */
  readonly minuteMs: number
}

/**
 * Whether Exchange calls. `waiting`: it was just asked to for the first time, and will have called in a moment if it
 * can. `whyNot` is a code.
 */
export type PushHearing =
  | { readonly kind: 'heard'; readonly lookAgainMs: number }
  | {
      readonly kind: 'waiting' | 'unheard'
      readonly lookAgainMs: number
      readonly tries: number
      readonly whyNot: string
    }

export type Push = {
  keep(asked: KeepPush, signal: AbortSignal): Promise<PushHearing>
  /** Exchange was away, and may have lost its subscriptions: what was heard before says nothing any more. */
  distrust(): void
}

type Ask = { mailbox: Mailbox; tries: number; next: number; whyNot: string }
type Refusal = { code: string; isAway: boolean }
type KeepPush = { mailbox: Mailbox; state: MailboxState; isUnheard: boolean }
type Deps = {
  ledger: Ledger
  gateway: CalendarGateway
  log: Logger
  /** Whose mailboxes they are: Exchange's calls say so. */
  connection: string
  options: PushOptions
}

/** Changes that were found without a notification are no ground for doubt if one may just be on its way. */
const onItsWayMs = 5_000

/** Exchange calls as soon as it is subscribed to. If it does not, it cannot, and is asked again at growing distances. */
const firstPatienceMs = 2_000
const mostPatienceMinutes = 5

/** Nothing is known yet. */
const starting = 'STARTING'
const beforeAll: Partial<Hearing> = {}

/**
 * Sees to it that Exchange notifies us about the mailbox: subscribes anew when there is no subscription, when it has
 * never called or been silent for too long, when changes came without a notification, or when nothing was heard of it
 * since this worker started: it may have ended while nobody listened. The sync that follows catches up, so no watermark
 * is kept.
 */
export function createPush({ ledger, gateway, log, connection, options }: Deps): Push {
  const { publicUrl, statusFrequencyMinutes, minuteMs } = options
  const silentMs = 2 * statusFrequencyMinutes * minuteMs
  const mostPatienceMs = Math.max(mostPatienceMinutes * minuteMs, silentMs)
  const patienceMs = (tries: number) => Math.min(firstPatienceMs * 2 ** tries, mostPatienceMs)
  let trustedFromMs = Date.now()

  async function keep({ mailbox, state, isUnheard }: KeepPush, signal: AbortSignal): Promise<PushHearing> {
    const { subscription, hearing } = state
    const { pushTries: tries = 0, whyNot: { push: whyNot = starting } = {} } = hearing ?? beforeAll
    if (!subscription || subscription.heardAtMs < trustedFromMs)
      return ask({ mailbox, tries, next: tries, whyNot }, signal)

    const { startedAtMs, heardAtMs } = subscription
    if (heardAtMs > startedAtMs) {
      const [mostMs, why] = isUnheard ? ([onItsWayMs, 'UNHEARD'] as const) : ([silentMs, 'SILENT'] as const)
      const restMs = heardAtMs + mostMs - Date.now()
      return restMs > 0
        ? { kind: 'heard', lookAgainMs: restMs }
        : ask({ mailbox, tries: 0, next: 0, whyNot: why }, signal)
    }
    const restMs = startedAtMs + patienceMs(tries) - Date.now()
    if (restMs > 0) return { kind: kindAfter(tries), lookAgainMs: restMs, tries, whyNot }
    return ask(
      { mailbox, tries, next: tries + 1, whyNot: whyNot === starting ? 'NOT_CALLED' : whyNot },
      signal,
    )
  }

  /** Subscribes; whether that helped is seen a moment later. */
  async function ask({ mailbox, tries, next, whyNot }: Ask, signal: AbortSignal): Promise<PushHearing> {
    const refusal = await subscribe(mailbox, signal)
    if (!refusal) return { kind: kindAfter(next), lookAgainMs: firstPatienceMs, tries: next, whyNot }
    // That Exchange is away says nothing of whether it can call.
    const counted = Math.max(refusal.isAway ? tries : next, 1)
    return { kind: 'unheard', lookAgainMs: patienceMs(counted), tries: counted, whyNot: refusal.code }
  }

  async function subscribe(mailbox: Mailbox, signal: AbortSignal): Promise<Refusal | undefined> {
    const fresh = freshSubscription(await ledger.newToken())
    // Known before Exchange is asked: its first notification may come before its answer.
    await ledger.saveSubscription(mailbox.id, fresh)
    const url = notificationUrl(publicUrl, connection, fresh.token)
    const call = { signal, direction: 'inbound' as const }
    try {
      const { subscriptionId } = await gateway.subscribe(mailbox.address, url, statusFrequencyMinutes, call)
      await ledger.saveSubscription(mailbox.id, { ...fresh, id: subscriptionId })
      log.info({ mailboxId: mailbox.id }, 'subscribed')
      return undefined
    } catch (error) {
      // Without notifications the mailbox is still compared now and then; whether it can be, the sync finds out.
      const { code = 'UNKNOWN' } = error as { code?: string }
      log.warn({ mailboxId: mailbox.id, code }, 'could not subscribe')
      return { code, isAway: error instanceof ExchangeUnavailableError }
    }
  }

  return { keep, distrust: () => void (trustedFromMs = Date.now()) }
}

/** The first time Exchange gets a moment; later it has to prove that it can. */
function kindAfter(tries: number): 'waiting' | 'unheard' {
  return tries === 0 ? 'waiting' : 'unheard'
}

function freshSubscription(token: string): Subscription {
  const nowMs = Date.now()
  return { id: '', token, startedAtMs: nowMs, heardAtMs: nowMs }
}
