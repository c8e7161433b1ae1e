import type { Examiner, Notifications, Step } from '@lockstep/exchange/doctor'
import { mendFor } from '@lockstep/exchange/doctor'
import { createPatience } from './patience.ts'

/** What came of one mailbox. */
export type Verdict = {
  readonly address: string
  readonly outcome: 'well' | 'warned' | 'failed' | 'known'
  readonly steps: readonly Step[]
  /** The step that failed, or that is to be looked at. */
  readonly reason?: Step
}

type Deps = {
  readonly examiner: Pick<Examiner, 'mailbox'>
  readonly notificationsOf: (waitMs: number) => Notifications
  readonly waitMs: number
  /** Mailboxes that need no test. */
  readonly isKnown: (address: string) => Promise<boolean>
  /** Done with a mailbox that passed, before the next one takes its place. */
  readonly onPassed: (address: string) => Promise<void>
  readonly onVerdict: (verdict: Verdict) => void
  readonly parallel: number
  readonly signal: AbortSignal
}

/**
 * Tests mailboxes, several at a time, each by itself: one that fails stops no other. Calls stay within the budget of
 * the account. When it is interrupted, what is in hand is finished and the rest is left for the next time.
 */
export async function testMany(addresses: readonly string[], deps: Deps): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  const waiting = addresses.values()
  const patience = createPatience(deps.waitMs)

  async function work(): Promise<void> {
    for (const address of waiting) {
      if (deps.signal.aborted) return
      const verdict = await test(address)
      verdicts.push(verdict)
      deps.onVerdict(verdict)
    }
  }

  async function test(address: string): Promise<Verdict> {
    if (!isAddress(address)) return failure(address, [notAnAddress()])
    if (await deps.isKnown(address)) return { address, outcome: 'known', steps: [] }
    const steps: Step[] = []
    const notifications = deps.notificationsOf(patience.waitMs())
    for await (const step of deps.examiner.mailbox(address, { notifications })) {
      steps.push(step)
      if (step.name === 'notification') patience.learn(step.outcome === 'ok')
    }
    if (steps.some(({ outcome }) => outcome === 'failed')) return failure(address, steps)
    await deps.onPassed(address)
    const reason = steps.find(({ outcome }) => outcome === 'warning')
    return { address, outcome: reason ? 'warned' : 'well', steps, ...(reason && { reason }) }
  }

  await Promise.all(Array.from({ length: deps.parallel }, work))
  return verdicts
}

function failure(address: string, steps: readonly Step[]): Verdict {
  const reason = steps.find(({ outcome }) => outcome === 'failed')!
  return { address, outcome: 'failed', steps, reason }
}

function isAddress(text: string): boolean {
  return /^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;".]+$/.test(text)
}

function notAnAddress(): Step {
  const code = 'INVALID_ADDRESS'
  return { name: 'address', outcome: 'failed', code, says: 'this is no address', mend: mendFor(code)! }
}
