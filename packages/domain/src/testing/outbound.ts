import type { Appointment } from '../appointment.ts'
import { fingerprintsOf } from '../field.ts'
import type { Finding, OutboundInput, OutboundPlan } from '../outbound-plan.ts'
import { planOutbound } from '../plan-outbound.ts'
import { type AppointmentRecord, emptyLink, type Link, type Offer } from '../record.ts'
import { anAppointment, aRecord, testDigest } from './index.ts'

export const printsOf = (changes: Partial<Appointment> = {}) =>
  fingerprintsOf(anAppointment(changes), testDigest)
export const rules = { policy: 'exchange', lateCallMs: 120_000, nowMs: 1_000_000 } as const
export const item = { itemId: 'I1', uid: 'U1', role: 'organizer', stamped: true } as const
/** Version 1 was written to its item, and both sides agree. */
export const linked: Link = {
  ...emptyLink,
  written: { version: 1, basedOn: 0, fingerprints: printsOf() },
  item,
  attempt: 'T1',
  seen: { changeKey: 'K1', fingerprints: printsOf() },
  told: { revision: 5, holds: true },
}
export const { item: _item, seen: _seen, ...unlinked } = linked

/** Version 2. */
export const present = (changes: Partial<Appointment> = {}, basedOn = 5) => ({
  kind: 'present' as const,
  version: 2,
  basedOn,
  atMs: 900_000,
  appointment: anAppointment(changes),
})
export const { appointment: _appointment, ...withoutContent } = present()
export const absent = { kind: 'absent', version: 2, basedOn: 5, atMs: 900_000, reason: 'cancelled' } as const
export const offer = (revision: number, kind: Offer['kind'], changes: Offer['fingerprints'] = {}): Offer => ({
  revision,
  kind,
  atMs: 950_000,
  fingerprints: changes,
})
export const found = (changes: Partial<Appointment> = {}, stampedVersion?: number): Finding => ({
  kind: 'item',
  isRefused: false,
  observed: { changeKey: 'K2', lastModifiedMs: 950_000, fingerprints: printsOf(changes) },
  ...(stampedVersion && { stampedVersion }),
})
export const gone: Finding = { kind: 'gone' }
export const stampedItem = (version: number) => ({
  itemId: `I${version}`,
  changeKey: 'K',
  version,
  attempt: `T${version}`,
})
export const stamped = (...versions: number[]): Finding => ({
  kind: 'stamped',
  items: versions.map((version) => stampedItem(version)),
})
export const notElsewhere: Finding = { kind: 'stamped', items: [], elsewhere: [] }
export const earlier = { version: 2, attempt: 'T0', atMs: 950_000 }

/** What is planned for a record of which this is known. */
export function planned(record: Partial<AppointmentRecord>, rest: Partial<OutboundInput> = {}): OutboundPlan {
  const { wanted } = record
  const fingerprints = wanted?.kind === 'present' && 'appointment' in wanted && wanted.appointment
  return planOutbound({
    record: aRecord(record),
    rules,
    ...(fingerprints && { fingerprints: fingerprintsOf(fingerprints, testDigest) }),
    ...rest,
  })
}
