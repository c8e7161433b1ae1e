import { fingerprintsOf } from '../../field.ts'
import type { ConflictPolicy } from '../../merge.ts'
import { type AppointmentRecord, type Intent, isUnsettled, isUntold, type Link } from '../../record.ts'
import { isStale, type Wanted } from '../../wanted.ts'
import { aRecord, testDigest } from '../index.ts'
import type { ApplicationModel } from './application-model.ts'
import type { ExchangeModel, ModelItem, ModelStamp } from './exchange-model.ts'

type Sides = {
  readonly exchange: ExchangeModel
  readonly application: ApplicationModel
  readonly policy: ConflictPolicy
  readonly now: () => number
}

/** What Lockstep knows, in memory, and the calls and deliveries that are still on their way. */
export type LockstepModel = Sides & {
  record: AppointmentRecord
  isMarked: boolean
  attempts: number
  revision: number
  readonly late: (() => void)[]
}

export function createLockstepModel(sides: Sides): LockstepModel {
  return { ...sides, record: aRecord(), isMarked: false, attempts: 0, revision: 0, late: [] }
}

export function accept(lockstep: LockstepModel, wanted: Wanted): void {
  const { record } = lockstep
  if (!isStale(wanted.version, record.wanted)) lockstep.record = { ...record, wanted }
}

/** Keeps the outcome of an attempt and closes its intent. */
export function settle(lockstep: LockstepModel, link: Link): void {
  close(lockstep)
  lockstep.record = { ...lockstep.record, link }
  if (isUntold(link)) lockstep.isMarked = true
}

/** Ends an attempt without an outcome; an intent whose outcome is unknown stays open. */
export function close(lockstep: LockstepModel, unknown?: Intent): void {
  const { intent: _intent, ...rest } = lockstep.record
  lockstep.record = { ...rest, ...(unknown && { intent: unknown }) }
}

export function isAtRest({ record, isMarked }: LockstepModel): boolean {
  return !isMarked && (!isUnsettled(record) || record.link.asleep !== undefined)
}

/** What the application says of an appointment that sleeps is only remembered. */
export function remembersOnly({ record }: LockstepModel): boolean {
  return isUnsettled(record) && record.link.asleep !== undefined
}

/** The fingerprints of what is wanted; none if it is wanted absent. */
export function wantedPrints({ wanted }: AppointmentRecord) {
  if (wanted?.kind !== 'present' || !('appointment' in wanted)) return undefined
  return fingerprintsOf(wanted.appointment, testDigest)
}

export function stampOf({ appointmentId, intent }: AppointmentRecord): ModelStamp {
  return { appointmentId, version: intent!.version, attempt: intent!.attempt }
}

export function observedOf({ changeKey, appointment, lastModifiedMs }: ModelItem) {
  return { changeKey, lastModifiedMs, fingerprints: fingerprintsOf(appointment, testDigest) }
}
