import type { Appointment } from '@lockstep/domain'
import { windowsZoneOf } from './zones.ts'

type Times = Pick<Appointment, 'start' | 'end' | 'isAllDay'>

/** Whether both are the same to Exchange, which keeps of a zone only its Windows zone. */
export function areSameTimes(one: Times, other: Times): boolean {
  return (
    one.isAllDay === other.isAllDay && isSameTime(one.start, other.start) && isSameTime(one.end, other.end)
  )
}

function isSameTime(one: Appointment['start'], other: Appointment['start']): boolean {
  return one.dateTime === other.dateTime && isSameZone(one.timeZone, other.timeZone)
}

function isSameZone(one: string, other: string): boolean {
  if (one === other) return true
  try {
    return windowsZoneOf(one) === windowsZoneOf(other)
  } catch {
    return false
  }
}
