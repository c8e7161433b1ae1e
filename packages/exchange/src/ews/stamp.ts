import {
  type Appointment as EwsAppointment,
  ExtendedPropertyDefinition,
  Guid,
  type Item,
  MapiPropertyType,
} from 'ews-javascript-api'
import type { Appointment, Field, Fingerprints } from '@lockstep/domain'
import type { Stamp } from '../calendar-gateway.ts'
import { valueOf } from './properties.ts'

/** Lockstep's own set of named properties. It is written on items in the field: it never changes. */
const propertySet = new Guid('6e0d3c1a-52b7-4f0e-9a55-0c7f2b9d4e81')

/** The appointment's id, alone, since the search for a stamp compares it. */
export const appointmentIdProperty = named('LockstepAppointment')
/** `version|attempt|IANA zone of start|IANA zone of end` */
export const versionProperty = named('LockstepVersion')
/** Fingerprints of what the application held at that version, in the order of `basePlaces`, separated by commas. */
export const baseProperty = named('LockstepBase')

/** What is written depends on this order: a new field goes to the end, and none leaves its place. */
const basePlaces: readonly Field[] = [
  'subject',
  'body',
  'when',
  'location',
  'showAs',
  'sensitivity',
  'importance',
  'reminderMinutesBeforeStart',
  'categories',
  'attendees',
]

/** On test items, which carry no stamp: they stand for no appointment. */
export const testItemProperty = named('LockstepTest')

/** The zones that an item was written with; Exchange keeps but their Windows zones. */
export type StampedZones = { readonly start?: string | undefined; readonly end?: string | undefined }

/** Puts a stamp on a new item, or renews the version on one that has it. */
export function writeStamp(item: EwsAppointment, stamp: Stamp, appointment: Appointment): void {
  const { version, attempt, appointmentId, base } = stamp
  const { start, end } = appointment
  if (item.IsNew) item.SetExtendedProperty(appointmentIdProperty, appointmentId)
  item.SetExtendedProperty(versionProperty, [version, attempt, start.timeZone, end.timeZone].join('|'))
  if (base) item.SetExtendedProperty(baseProperty, basePlaces.map((field) => base[field] ?? '').join(','))
}

/** The stamp on an item; `undefined` if there is none, or none that we wrote. */
export function readStamp(item: Item): { stamp?: Stamp; zones: StampedZones } {
  const appointmentId = valueOf(item, appointmentIdProperty) as string | undefined
  const [version = '', attempt, start, end] = (
    (valueOf(item, versionProperty) as string | undefined) ?? ''
  ).split('|')
  if (!appointmentId || !/^\d+$/.test(version) || attempt === undefined) return { zones: {} }
  const base = readBase(valueOf(item, baseProperty) as string | undefined)
  return {
    stamp: { appointmentId, version: Number(version), attempt, ...(base && { base }) },
    zones: { start, end },
  }
}

function readBase(text: string | undefined): Partial<Fingerprints> | undefined {
  if (!text) return undefined
  const digests = text.split(',')
  return Object.fromEntries(basePlaces.flatMap((field, n) => (digests[n] ? [[field, digests[n]]] : [])))
}

function named(name: string): ExtendedPropertyDefinition {
  return new ExtendedPropertyDefinition(propertySet, name, MapiPropertyType.String)
}
