import { offersKept } from '../base.ts'
import { fingerprintsOf, propertiesOf } from '../field.ts'
import type { ConflictPolicy } from '../merge.ts'
import { type Look, planDelivery } from '../plan-delivery.ts'
import { type Finding, type OutboundPlan, planOutbound } from '../plan-outbound.ts'
import { planSync } from '../plan-sync.ts'
import { type AppointmentRecord, type Intent, isUnsettled, isUntold, type Link } from '../record.ts'
import {
  linkOfAbsent,
  linkOfCancelledMeanwhile,
  linkOfCreated,
  linkOfLanded,
  linkOfUpdated,
} from '../settle.ts'
import { isStale, type Wanted } from '../wanted.ts'
import type { ApplicationModel, ModelChange } from './application-model.ts'
import type { ExchangeModel, ModelItem } from './exchange-model.ts'
import { aRecord, testDigest } from './index.ts'

/** What becomes of a call to Exchange: its answer, its effect or both may be lost; the effect may come late. */
export type CallFault = 'none' | 'lost' | 'answerLost' | 'late'
/** What becomes of a delivery. */
export type DeliveryFault = 'none' | 'lost' | 'acknowledgementLost' | 'late'

export type LockstepModel = ReturnType<typeof createLockstepModel>

type Options = {
  exchange: ExchangeModel
  application: ApplicationModel
  policy: ConflictPolicy
  now: () => number
}

const lateCallMs = 120_000

/** Plays Lockstep for one appointment, with a record in memory and the domain's plans; one step of it is atomic. */
export function createLockstepModel({ exchange, application, policy, now }: Options) {
  let record: AppointmentRecord = aRecord()
  let mark: 'look' | 'withdraw' | undefined
  let attempts = 0
  let revision = 0
  const late: (() => void)[] = []

  function settle(link: Link): void {
    const { intent: _intent, ...rest } = record
    record = { ...rest, link }
    if (isUntold(link)) mark = 'look'
  }

  function close(intent?: Intent): void {
    const { intent: _intent, ...rest } = record
    record = { ...rest, ...(intent && { intent }) }
  }

  /** Resolves what one plan means; a finding if it has to be planned again, `undefined` when the attempt is over. */
  function act(plan: OutboundPlan, earlier: Intent | undefined, fault: CallFault): Finding | undefined {
    const call = <Value>(effect: () => Value): Value | undefined => {
      if (fault === 'late') late.push(effect)
      const value = fault === 'none' || fault === 'answerLost' ? effect() : undefined
      return fault === 'none' ? value : undefined
    }
    switch (plan.action) {
      case 'read':
        return findingOf(exchange.get(plan.item.itemId))
      case 'findStamped':
        return { kind: 'stamped', items: exchange.items().flatMap(stampedOf) }
      case 'create': {
        const stamp = stampOf(record)
        const created = call(() => exchange.create(plan.appointment, stamp))
        if (created) settle(linkOfCreated(record, { ...created, ...stamp }, wantedPrints(record)!))
        return undefined
      }
      case 'update':
        return actUpdate(plan, call)
      case 'delete':
        if (call(() => (exchange.delete(plan.itemIds), true))) settle(linkOfAbsent(record))
        return undefined
      case 'adopt':
        if (plan.extra.length > 0) exchange.delete(plan.extra.map(({ itemId }) => itemId))
        settle(linkOfCreated(record, plan.found, wantedPrints(record)!))
        mark = 'look'
        return undefined
      case 'wait':
        close(earlier)
        return undefined
      default:
        actQuietly(plan)
        return undefined
    }
  }

  function actUpdate(
    plan: Extract<OutboundPlan, { action: 'update' }>,
    call: <Value>(effect: () => Value) => Value | undefined,
  ): Finding | undefined {
    const { item, changeKey, appointment, merge } = plan
    const attempt = record.link.attempt
    const stamp = item.stamped && attempt ? { ...stampOf(record), attempt } : undefined
    const write = {
      itemId: item.itemId,
      changeKey,
      appointment,
      fields: merge.write,
      ...(stamp && { stamp }),
    }
    const result = call(() => exchange.update(write))
    if (result === 'changed') return findingOf(exchange.get(item.itemId))
    if (result === 'gone') return { kind: 'gone' }
    if (result)
      settle(
        linkOfUpdated(record, wantedPrints(record)!, {
          ...plan,
          ...observedIn(finding),
          changeKey: result.changeKey,
        }),
      )
    return undefined
  }

  let finding: Finding | undefined

  function actQuietly(plan: OutboundPlan): void {
    const prints = wantedPrints(record)
    if (plan.action === 'settle' && !prints) settle(linkOfAbsent(record))
    else if (plan.action === 'settle')
      settle(linkOfUpdated(record, prints!, { ...plan, ...observedIn(finding) }))
    else if (plan.action === 'landed') settle(linkOfLanded(record, prints!, plan.observed, plan.written))
    else if (plan.action === 'tellCancelled') settle(linkOfCancelledMeanwhile(record, prints!, now()))
    else close()
    if (plan.action === 'landed') mark = 'look'
  }

  function syncOne(itemId: string): void {
    const item = exchange.get(itemId)
    if (!item) {
      exchange.touched.delete(itemId)
      if (record.link.item?.itemId === itemId) mark = 'look'
      return
    }
    const isLinked = record.link.item?.itemId === itemId
    const isKnownUid = record.link.item?.uid === item.uid
    const plan = planSync(headOf(item), {
      ...(isLinked && { byItemId: record }),
      ...(item.stamp && { byStamp: record }),
      ...(isKnownUid && { byUid: record }),
    })
    // An item that is not linked while a write is on its way is looked at again, once it is settled.
    if (plan.action === 'look' && plan.later && !isLinked) return
    exchange.touched.delete(itemId)
    if (plan.action === 'look') mark = 'look'
    if (plan.action === 'withdraw') mark = 'withdraw'
    if (plan.action === 'fold') exchange.delete([itemId])
    if (plan.action === 'link' || plan.action === 'compare') {
      const isTaken = record.link.item && exchange.get(record.link.item.itemId) !== undefined
      if (isTaken) exchange.setApart(itemId)
      else link(item)
    }
  }

  function link(item: ModelItem): void {
    const { itemId, uid, role, stamp } = item
    const linked = { itemId, uid, role, stamped: stamp !== undefined }
    record = {
      ...record,
      link: { ...record.link, item: linked, ...(stamp && { attempt: stamp.attempt }) },
    }
    mark = 'look'
  }

  function look(): { look: Look; found?: ModelItem } {
    const { item } = record.link
    if (!item) return { look: { kind: 'gone' } }
    const found =
      exchange.get(item.itemId) ??
      exchange.items().find(({ uid, stamp }) => uid === item.uid || (item.stamped && stamp))
    if (!found) return { look: { kind: 'gone' } }
    const { itemId, uid, role, isPrivate } = found
    const linked = { itemId, uid, role, stamped: item.stamped }
    if (isPrivate) return { look: { kind: 'refused', item: linked, reason: 'private' } }
    return { look: { kind: 'present', item: linked, observed: observedOf(found) }, found }
  }

  return {
    record: () => record,
    late,
    remembersOnly: () => isUnsettled(record) && record.link.asleep !== undefined,
    isAtRest: () => mark === undefined && (!isUnsettled(record) || record.link.asleep !== undefined),

    accept(wanted: Wanted): void {
      if (!isStale(wanted.version, record.wanted)) record = { ...record, wanted }
    },
    /** One attempt to settle what is wanted. */
    outbound(fault: CallFault): void {
      if (!isUnsettled(record)) return
      const earlier = record.intent
      const intent = { version: record.wanted!.version, attempt: `T${++attempts}`, atMs: now() }
      record = { ...record, intent }
      finding = undefined
      for (let round = 0; round < 6; round++) {
        const plan = planOutbound({
          record,
          rules: { policy, lateCallMs, nowMs: now() },
          ...(earlier && { earlier }),
          ...(finding && { finding }),
          ...fingerprintsIn(record),
        })
        finding = act(plan, earlier, fault)
        if (!finding) return
      }
      close(earlier)
    },
    sync(): void {
      for (const itemId of exchange.touched) syncOne(itemId)
    },
    /** Looks at what is marked, again if `isForced`, and tells the application. */
    deliver(fault: DeliveryFault, refuses: boolean): void {
      if (!mark || record.intent) return
      const seen = look()
      const plan = planDelivery(record, seen.look)
      if (plan.action === 'remember') {
        record = { ...record, link: plan.link }
        mark = undefined
        return
      }
      if (plan.offeredAs === undefined) {
        const offer = { revision: ++revision, atMs: now(), kind: plan.kind, fingerprints: plan.fingerprints }
        record = { ...record, offers: [...record.offers, offer].slice(-offersKept) }
      }
      const change: ModelChange = {
        revision: plan.offeredAs ?? revision,
        kind: plan.kind,
        applicationVersion: plan.applicationVersion,
        changed: plan.changed.flatMap(propertiesOf),
        ...(seen.found && { appointment: seen.found.appointment }),
      }
      if (fault === 'lost') return
      if (fault === 'late') return void late.push(() => application.receive(change, refuses))
      const answer = application.receive(change, refuses)
      if (fault === 'acknowledgementLost' || answer === 'newerVersion') return
      record = { ...record, link: plan.linkOnceTold(change.revision) }
      mark = undefined
    },
    lookAgain(): void {
      mark = 'look'
    },
  }
}

function fingerprintsIn(record: AppointmentRecord) {
  const fingerprints = wantedPrints(record)
  return fingerprints ? { fingerprints } : {}
}

function wantedPrints({ wanted }: AppointmentRecord) {
  if (wanted?.kind !== 'present' || !('appointment' in wanted)) return undefined
  return fingerprintsOf(wanted.appointment, testDigest)
}

function stampOf({ appointmentId, intent }: AppointmentRecord) {
  return { appointmentId, version: intent!.version, attempt: intent!.attempt }
}

function stampedOf({ itemId, changeKey, stamp }: ModelItem) {
  return stamp ? [{ itemId, changeKey, version: stamp.version, attempt: stamp.attempt }] : []
}

function headOf({ itemId, changeKey, uid, stamp, isPrivate }: ModelItem) {
  const sensitivity = isPrivate ? ('private' as const) : ('normal' as const)
  return { itemId, changeKey, uid, sensitivity, isRecurring: false, ...(stamp && { stamp }) }
}

function observedOf({ changeKey, appointment, lastModifiedMs }: ModelItem) {
  return { changeKey, lastModifiedMs, fingerprints: fingerprintsOf(appointment, testDigest) }
}

function observedIn(finding: Finding | undefined) {
  return finding?.kind === 'item' ? { observed: finding.observed } : {}
}

function findingOf(item: ModelItem | undefined): Finding {
  if (!item) return { kind: 'gone' }
  const stampedVersion = item.stamp?.version
  return {
    kind: 'item',
    isRefused: item.isPrivate,
    observed: observedOf(item),
    ...(stampedVersion && { stampedVersion }),
  }
}
