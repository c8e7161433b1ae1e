import {
  type Appointment as EwsAppointment,
  AppointmentSchema,
  DateTime,
  type TimeZoneInfo,
} from 'ews-javascript-api'
import { type Appointment, instantOf, wallTimeOf, type ZonedTime } from '@lockstep/domain'
import { timeZoneInfo } from './mends/reading.ts'
import { requiredValueOf, valueOf } from './properties.ts'
import type { StampedZones } from './stamp.ts'
import { windowsZoneOf, zoneOnItem } from './zones.ts'

type When = Pick<Appointment, 'start' | 'end' | 'isAllDay'>

/** Instants for Exchange, and the zones to show them in. An all-day appointment lies in one zone, that of its start. */
export function writeWhen(item: EwsAppointment, { start, end, isAllDay }: When): void {
  const endZone = isAllDay ? start.timeZone : end.timeZone
  item.Start = new DateTime(isAllDay ? midnightOf(start, start.timeZone) : instantOf(start))
  item.End = new DateTime(isAllDay ? midnightOf(end, start.timeZone) : instantOf(end))
  item.IsAllDayEvent = isAllDay
  item.StartTimeZone = timeZoneInfo(windowsZoneOf(start.timeZone))
  item.EndTimeZone = timeZoneInfo(windowsZoneOf(endZone))
}

export function readWhen(item: EwsAppointment, stamped: StampedZones): When {
  const startMs = (requiredValueOf(item, AppointmentSchema.Start) as DateTime).TotalMilliSeconds
  const endMs = (requiredValueOf(item, AppointmentSchema.End) as DateTime).TotalMilliSeconds
  const isAllDay = (valueOf(item, AppointmentSchema.IsAllDayEvent) as boolean | undefined) ?? false

  const startZone = (valueOf(item, AppointmentSchema.StartTimeZone) as TimeZoneInfo | undefined)?.Id
  const endZone = (valueOf(item, AppointmentSchema.EndTimeZone) as TimeZoneInfo | undefined)?.Id ?? startZone
  const start = wallTimeOf(startMs, zoneOnItem(startZone, stamped.start))
  const end = wallTimeOf(endMs, isAllDay ? start.timeZone : zoneOnItem(endZone, stamped.end))
  return isAllDay ? { start: civilDate(start), end: civilDate(end), isAllDay } : { start, end, isAllDay }
}

/** When a day begins in a zone; where the clock skips midnight, that is not at midnight. */
function midnightOf({ dateTime }: ZonedTime, timeZone: string): number {
  return Temporal.PlainDate.from(dateTime.slice(0, 10)).toZonedDateTime(timeZone).epochMilliseconds
}

/** The midnight that is nearest: an item whose zone we do not know lies hours beside it. */
function civilDate({ dateTime, timeZone }: ZonedTime): ZonedTime {
  const nearest = Temporal.PlainDateTime.from(dateTime).round({ smallestUnit: 'day' })
  return { dateTime: nearest.toString({ smallestUnit: 'second' }), timeZone }
}
