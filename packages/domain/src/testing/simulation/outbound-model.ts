import type { Fingerprints } from '../../field.ts'
import type { Finding, OutboundPlan } from '../../outbound-plan.ts'
import { planOutbound } from '../../plan-outbound.ts'
import { type AppointmentRecord, type Intent, isUnsettled } from '../../record.ts'
import {
  linkOfAbsent,
  linkOfCancelledMeanwhile,
  linkOfCreated,
  linkOfLanded,
  linkOfUpdated,
} from '../../settle.ts'
import type { ModelItem } from './exchange-model.ts'
import { close, type LockstepModel, observedOf, settle, stampOf, wantedPrints } from './lockstep-model.ts'

/** What becomes of a call to Exchange: its effect, its answer or both may be lost; the effect may come late. */
export type CallFault = 'none' | 'lost' | 'answerLost' | 'late'

type Attempt = { lockstep: LockstepModel; fault: CallFault; earlier?: Intent; finding?: Finding }

const lateCallMs = 120_000
const rounds = 6

/** One attempt to settle what is wanted, from its begin to its commit. */
export function settleWanted(lockstep: LockstepModel, fault: CallFault): void {
  const { record, now } = lockstep
  if (!isUnsettled(record)) return
  const attempt: Attempt = { lockstep, fault, ...(record.intent && { earlier: record.intent }) }
  const intent = { version: record.wanted!.version, attempt: `T${++lockstep.attempts}`, atMs: now() }
  lockstep.record = { ...record, intent }
  for (let round = 0; round < rounds; round++) {
    const finding = act(attempt, planOf(attempt))
    if (!finding) return
    attempt.finding = finding
  }
  close(lockstep, attempt.earlier)
}

function planOf({ lockstep, earlier, finding }: Attempt): OutboundPlan {
  const { record, policy, now } = lockstep
  const fingerprints = wantedPrints(record)
  return planOutbound({
    record,
    rules: { policy, lateCallMs, nowMs: now() },
    ...(earlier && { earlier }),
    ...(finding && { finding }),
    ...(fingerprints && { fingerprints }),
  })
}

/** Carries a plan out. A finding: plan again with it. Nothing: the attempt is over. */
function act(attempt: Attempt, plan: OutboundPlan): Finding | undefined {
  const { lockstep, earlier } = attempt
  const { exchange } = lockstep
  switch (plan.action) {
    case 'read':
      return findingOf(exchange.get(plan.item.itemId))
    case 'findStamped':
      return { kind: 'stamped', items: exchange.items().flatMap(stampedOf) }
    case 'findElsewhere':
      return { kind: 'stamped', items: [], elsewhere: exchange.deleted().flatMap(stampedOf) }
    case 'update':
      return update(attempt, plan)
    case 'create':
      return create(attempt, plan)
    case 'delete':
      if (call(attempt, () => exchange.delete(plan.itemIds)))
        settle(lockstep, linkOfAbsent(lockstep.record, plan.attempt))
      return undefined
    case 'adopt':
      if (plan.extra.length > 0) exchange.delete(plan.extra.map(({ itemId }) => itemId))
      settle(
        lockstep,
        linkOfCreated(lockstep.record, plan.found, printsOf(lockstep.record, plan.found.version)),
      )
      lockstep.isMarked = true
      return undefined
    case 'wait':
      close(lockstep, earlier)
      return undefined
    default:
      return conclude(attempt, plan)
  }
}

type Plan<Action extends OutboundPlan['action']> = Extract<OutboundPlan, { action: Action }>

/** What an overtaken version held is not known any more. */
function printsOf(record: AppointmentRecord, version: number): Fingerprints | undefined {
  return version === record.wanted?.version ? wantedPrints(record) : undefined
}

function create(attempt: Attempt, { appointment }: Plan<'create'>): undefined {
  const { lockstep } = attempt
  const stamp = stampOf(lockstep.record)
  const created = call(attempt, () => lockstep.exchange.create(appointment, stamp))
  if (!created) return
  const link = linkOfCreated(lockstep.record, { ...created, ...stamp }, wantedPrints(lockstep.record))
  settle(lockstep, link)
}

function update(attempt: Attempt, plan: Plan<'update'>): Finding | undefined {
  const { lockstep } = attempt
  const { record, exchange } = lockstep
  const { item, changeKey, appointment, merge } = plan
  const created = record.link.attempt
  const stamp = item.stamped && created ? { ...stampOf(record), attempt: created } : undefined
  const write = { itemId: item.itemId, changeKey, appointment, fields: merge.write, ...(stamp && { stamp }) }
  const result = call(attempt, () => exchange.update(write))
  if (result === 'changed') return findingOf(exchange.get(item.itemId))
  if (result === 'gone') return { kind: 'gone' }
  if (!result) return undefined
  const written = { merge, changeKey: result.changeKey, ...observedIn(attempt) }
  settle(lockstep, linkOfUpdated(record, wantedPrints(record)!, written))
  return undefined
}

function conclude(attempt: Attempt, plan: OutboundPlan): undefined {
  const { lockstep } = attempt
  const { record, now } = lockstep
  const prints = wantedPrints(record)
  if (plan.action === 'settle') {
    settle(
      lockstep,
      prints ? linkOfUpdated(record, prints, { ...plan, ...observedIn(attempt) }) : linkOfAbsent(record),
    )
  } else if (plan.action === 'landed') {
    settle(lockstep, linkOfLanded(record, prints!, plan.observed, plan.written))
    lockstep.isMarked = true
  } else if (plan.action === 'tellCancelled') {
    settle(lockstep, linkOfCancelledMeanwhile(record, prints!, now()))
  } else close(lockstep)
}

/** The answer of a call, if it comes. */
function call<Answer>({ lockstep, fault }: Attempt, effect: () => Answer): Answer | undefined {
  if (fault === 'late') lockstep.late.push(effect)
  const answer = fault === 'none' || fault === 'answerLost' ? effect() : undefined
  return fault === 'none' ? answer : undefined
}

function observedIn({ finding }: Attempt) {
  return finding?.kind === 'item' ? { observed: finding.observed } : {}
}

function stampedOf({ itemId, changeKey, stamp }: ModelItem) {
  return stamp ? [{ itemId, changeKey, version: stamp.version, attempt: stamp.attempt }] : []
}

function findingOf(item: ModelItem | undefined): Finding {
  if (!item) return { kind: 'gone' }
  const { isPrivate: isRefused, stamp } = item
  return {
    kind: 'item',
    isRefused,
    observed: observedOf(item),
    ...(stamp && { stampedVersion: stamp.version }),
  }
}
