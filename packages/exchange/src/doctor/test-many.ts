import type { Notifications } from './examine-notifications.ts'
import type { Examiner } from './examiner.ts'
import { createPatience, type Patience } from './patience.ts'
import { failed, type Step } from './step.ts'

/** What came of one mailbox. */
export type Verdict = {
  readonly address: string
  readonly outcome: 'well' | 'warned' | 'failed' | 'known'
  readonly steps: readonly Step[]
  /** The step that failed, or that is to be looked at. */
  readonly reason?: Step
}

/** What it takes to test mailboxes, and to do something with those that pass. */
export type Testing = {
  readonly examiner: Pick<Examiner, 'mailbox'>
  readonly notificationsOf: (waitMs: number) => Notifications
  /** Mailboxes that need no test. */
  readonly isKnown: (address: string) => Promise<boolean>
  /** Who else has the mailbox: it belongs to one connection. */
  readonly ownerOf: (address: string) => Promise<string | undefined>
  /** Done with a mailbox that passed, before the next one takes its place. */
  readonly onPassed: (address: string) => Promise<void>
}

type Many = {
  readonly waitMs: number
  readonly onVerdict: (verdict: Verdict) => void
  readonly parallel: number
  readonly signal: AbortSignal
}

/**
 * Tests mailboxes, several at a time, each by itself: one that fails stops no other. Calls stay within the budget of
 * the account. When it is interrupted, what is in hand is finished and the rest is left for the next time.
 */
export async function testMany(addresses: readonly string[], deps: Testing & Many): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  const waiting = addresses.values()
  const patience = createPatience(deps.waitMs)

  async function work(): Promise<void> {
    for (const address of waiting) {
      if (deps.signal.aborted) return
      const verdict = await testOne(address, { ...deps, patience, signal: undefined })
      verdicts.push(verdict)
      deps.onVerdict(verdict)
    }
  }

  await Promise.all(Array.from({ length: deps.parallel }, work))
  return verdicts
}

/** Tests one of many mailboxes. With a signal it can be broken off; then the verdict says nothing. */
export async function testOne(
  address: string,
  deps: Testing & { readonly patience: Patience; readonly signal: AbortSignal | undefined },
): Promise<Verdict> {
  const { examiner, patience, signal } = deps
  if (!isAddress(address)) return failure(address, [onAddress('INVALID_ADDRESS', 'this is no address')])
  if (await deps.isKnown(address)) return { address, outcome: 'known', steps: [] }
  const owner = await deps.ownerOf(address)
  if (owner !== undefined)
    return failure(address, [onAddress('ENABLED_ELSEWHERE', `connection ${owner} has this mailbox`)])

  const steps: Step[] = []
  const notifications = deps.notificationsOf(patience.waitMs())
  for await (const step of examiner.mailbox(address, { notifications, signal })) {
    steps.push(step)
    if (step.name === 'notification') patience.learn(step.outcome === 'ok')
  }
  if (steps.some(({ outcome }) => outcome === 'failed')) return failure(address, steps)
  if (!signal?.aborted) await deps.onPassed(address)
  const reason = steps.find(({ outcome }) => outcome === 'warning')
  return { address, outcome: reason ? 'warned' : 'well', steps, ...(reason && { reason }) }
}

/** A mailbox whose test was begun again and again and came to no end. */
export function brokenOff(address: string): Verdict {
  return failure(address, [onAddress('TEST_BROKEN_OFF', 'the test was begun several times and never ended')])
}

function failure(address: string, steps: readonly Step[]): Verdict {
  const reason = steps.find(({ outcome }) => outcome === 'failed')!
  return { address, outcome: 'failed', steps, reason }
}

function isAddress(text: string): boolean {
  return /^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;".]+$/.test(text)
}

function onAddress(code: string, says: string): Step {
  return { name: 'address', ...failed(code, says) }
}
