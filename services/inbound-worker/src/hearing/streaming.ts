import { mostListened } from '@lockstep/exchange'
import type { Hearing, Ledger, Mailbox, MailboxState } from '@lockstep/ledger'

/** What is to be remembered of the way, whatever becomes of it. */
type Remembered = Pick<Hearing, 'doubtedAtMs' | 'streamingTries' | 'streamingRestsUntilMs'>

export type StreamingHearing = { readonly lookAgainMs: number; readonly remembered: Remembered } & (
  | { readonly kind: 'heard' }
  | { readonly kind: 'unheard'; readonly whyNot: string }
)

export type Told = {
  /** A notification came since the last sync. */
  readonly isNotified: boolean
  /** Changes were found of which nothing was told, though the mailbox was listened to all the time. */
  readonly isUnheard: boolean
}

/** A change of which nothing is told within this time was not heard of. */
const onItsWayMs = 5_000
const firstRestMs = 30_000
const mostRestMs = 600_000

/**
 * Sees to it that the mailbox has a place among those that somebody listens to; who that is, is settled elsewhere.
 * Where changes come of which nothing is told, it rests from that for growing times: polling notices sooner.
 */
export async function keepStreaming(
  ledger: Ledger,
  { id }: Mailbox,
  { hearing, streaming }: MailboxState,
  told: Told,
): Promise<StreamingHearing> {
  const resting = restOf(hearing)
  if (resting) return resting

  await ledger.joinGroup(id, mostListened)
  const { streamingTries: tries = 0 } = hearing ?? {}
  const known = tries > 0 && !told.isNotified ? { streamingTries: tries } : {}
  // Whoever listens wakes the mailbox when that changes.
  if (!streaming || 'code' in streaming)
    return {
      kind: 'unheard',
      whyNot: streaming?.code ?? 'STARTING',
      lookAgainMs: Infinity,
      remembered: known,
    }

  const doubtedAtMs = doubtOf(hearing, told)
  if (doubtedAtMs === undefined) return { kind: 'heard', lookAgainMs: Infinity, remembered: known }
  const untilMs = doubtedAtMs + onItsWayMs - Date.now()
  if (untilMs > 0) return { kind: 'heard', lookAgainMs: untilMs, remembered: { ...known, doubtedAtMs } }

  await leaveStreaming(ledger, id, unheard.whyNot)
  const restMs = Math.min(firstRestMs * 2 ** tries, mostRestMs)
  const streamingRestsUntilMs = Date.now() + restMs
  return { ...unheard, lookAgainMs: restMs, remembered: { streamingTries: tries + 1, streamingRestsUntilMs } }
}

const unheard = { kind: 'unheard', whyNot: 'UNHEARD' } as const

function restOf(hearing: Hearing | undefined): StreamingHearing | undefined {
  const { streamingTries = 0, streamingRestsUntilMs = 0 } = hearing ?? {}
  const restMs = streamingRestsUntilMs - Date.now()
  return restMs > 0
    ? { ...unheard, lookAgainMs: restMs, remembered: { streamingTries, streamingRestsUntilMs } }
    : undefined
}

/** Since when it is doubtful whether the mailbox is heard of. */
function doubtOf(hearing: Hearing | undefined, { isNotified, isUnheard }: Told): number | undefined {
  if (isNotified) return undefined
  return hearing?.doubtedAtMs ?? (isUnheard ? Date.now() : undefined)
}

/** Nobody listens to the mailbox any more. */
export async function leaveStreaming(ledger: Ledger, mailboxId: string, code: string): Promise<void> {
  await ledger.leaveGroup(mailboxId)
  await ledger.noteStreaming([mailboxId], { code })
}
