import {
  type AppointmentRecord,
  type Fingerprints,
  isMootAttempt,
  linkOfAbsent,
  linkOfCancelledMeanwhile,
  linkOfLanded,
  linkOfUpdated,
  type Observed,
  type OutboundPlan,
} from '@lockstep/domain'
import { LOST_ANSWER, type OutboundAttempt, type OutboundOutcome, UNCONFIRMED } from '@lockstep/ledger'
import { missing, missingMs, postponed, settledAs } from './outcome.ts'
import type { Task } from './task.ts'

/** The outcome of a plan that writes nothing; none yet of one that does. */
export function outcomeWithoutWriting({
  plan,
  attempt,
  fingerprints,
  finding,
}: Task): OutboundOutcome | undefined {
  const { record } = attempt
  switch (plan.action) {
    case 'settle':
      return settled(record, plan, fingerprints, finding?.kind === 'item' ? finding.observed : undefined)
    case 'landed': {
      const link = linkOfLanded(record, fingerprints!, plan.observed, plan.written)
      return settledAs(link, { lookAgain: true })
    }
    case 'tellCancelled':
      return settledAs(linkOfCancelledMeanwhile(record, fingerprints!, Date.now()))
    case 'sleep':
      if (record.link.asleep) return { kind: 'parked', code: ASLEEP }
      // It may be shown again before the other direction, which wakes what sleeps, has seen that it was hidden.
      return postponed(Date.now() + missingMs, ASLEEP, 'moot')
    case 'confirm':
      return { kind: 'parked', code: UNCONFIRMED }
    case 'reportLost':
      return { kind: 'parked', code: CONTENT_LOST }
    case 'awaitListing':
      return awaitingListing(plan, attempt)
    default:
      return outcomeOfWaiting(plan)
  }
}

function outcomeOfWaiting(plan: OutboundPlan): OutboundOutcome | undefined {
  switch (plan.action) {
    case 'awaitResend':
      return postponed(plan.untilMs, 'NOT_SENT_AGAIN', 'none')
    case 'wait':
      // Nothing was tried: the lost call stays the one that is waited for.
      return postponed(plan.untilMs, LOST_ANSWER, 'none')
    case 'missing':
      return missing()
    default:
      return undefined
  }
}

function settled(
  record: AppointmentRecord,
  { merge }: Extract<OutboundPlan, { action: 'settle' }>,
  fingerprints: Fingerprints | undefined,
  observed: Observed | undefined,
): OutboundOutcome {
  const { wanted, link: known } = record
  // Settled before, while this attempt's outcome was open: what Exchange holds now has to be looked at.
  if (!wanted || wanted.version <= known.written.version) return settledAs(known, { lookAgain: true })
  if (!fingerprints) return settledAs(linkOfAbsent(record))
  const link = linkOfUpdated(record, fingerprints, { ...(merge && { merge }), ...(observed && { observed }) })
  return settledAs(link)
}

function awaitingListing(
  { awaitedMs, passedOverMs }: AwaitListing,
  { record, earlier }: OutboundAttempt,
): OutboundOutcome {
  const effect = isMootAttempt(record, earlier) ? 'moot' : 'none'
  const outcome = postponed(Date.now() + untilListedMs(awaitedMs), 'NOT_LISTED', effect)
  return { ...outcome, ...(passedOverMs !== undefined && { passedOverMs }) }
}

type AwaitListing = Extract<OutboundPlan, { action: 'awaitListing' }>

const ASLEEP = 'ASLEEP'
const CONTENT_LOST = 'CONTENT_LOST'

/** How often it is seen whether the calendar is listed by now; others that take long are not asked for all the time. */
const listingMs = { least: 1_000, most: 30_000 }

function untilListedMs(awaitedMs: number): number {
  return Math.min(Math.max(awaitedMs / 2, listingMs.least), listingMs.most)
}
