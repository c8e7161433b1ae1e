import { type CalendarKnowledge, isLookedFor } from '@lockstep/domain'
import type { Ledger, Mailbox } from '@lockstep/ledger'
import type { WakeQueue } from '@lockstep/queue'
import type { Task } from './task.ts'

type Deps = {
  ledger: Pick<Ledger, 'askForListing' | 'wakeInbound'>
  /** Missing in a dry run, which asks for nothing. */
  inbound?: Pick<WakeQueue, 'wakeQuietly'>
}

/** Has the calendar listed once more if an appointment waits for a listing that knows of it. */
export async function askForListing(
  { ledger, inbound }: Deps,
  { id }: Mailbox,
  tasks: readonly Task[],
  calendar: CalendarKnowledge,
): Promise<void> {
  if (inbound && isDue(calendar) && tasks.some(({ plan }) => isPassedOver(plan, calendar)))
    await ask(ledger, inbound, id)
}

/**
 * The same once it is settled that what somebody has decided to leave in the calendar is no appointment's: it is told as
 * one of its own.
 */
export async function askForListingOfDropped(
  { ledger, inbound }: Deps,
  { id }: Mailbox,
  tasks: readonly Task[],
): Promise<void> {
  if (inbound && tasks.some(leavesItem)) await ask(ledger, inbound, id)
}

async function ask(ledger: Deps['ledger'], inbound: NonNullable<Deps['inbound']>, id: string): Promise<void> {
  await ledger.askForListing(id)
  await ledger.wakeInbound(id, Date.now())
  await inbound.wakeQuietly(id)
}

function leavesItem({ attempt: { record }, finding, outcome }: Task): boolean {
  const isDropped =
    outcome?.kind === 'settled' && record.decision === 'drop' && record.wanted?.kind === 'absent'
  return isDropped && !record.link.item && finding?.kind === 'stamped' && finding.items.length > 0
}

function isPassedOver(plan: Task['plan'], calendar: CalendarKnowledge): boolean {
  if (plan.action !== 'awaitListing' || plan.passedOverMs === undefined) return false
  return !isLookedFor({ passedOverMs: plan.passedOverMs }, calendar)
}

/** Not while one is under way, nor before the last one is over for as long as it took: however much is asked, most of the time is left. */
function isDue({ listing }: CalendarKnowledge): boolean {
  if (listing?.finishedAtMs === undefined) return false
  const { startedAtMs, finishedAtMs } = listing
  return Date.now() >= finishedAtMs + (finishedAtMs - startedAtMs)
}
