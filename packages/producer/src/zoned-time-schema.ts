import { isKnownZone } from '@lockstep/domain'
import { z } from 'zod'
import { limits } from './limits.ts'

const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/

/** Fractions, offsets and a trailing Z are refused: the zone says what the wall time means. */
const dateTime = z.string().regex(form, { error: 'is not a wall time', abort: true }).refine(isDate, {
  error: 'is not a date that there is',
  abort: true,
})

const timeZone = z.string().refine(isZone, {
  error: 'is not a known time zone',
  abort: true,
})

export const zonedTimeSchema = z
  .strictObject({
    dateTime: dateTime.describe('The wall time, as YYYY-MM-DDTHH:MM:SS, without fraction and offset.'),
    timeZone: timeZone.describe('The IANA zone that the wall time is in, for example Europe/Amsterdam.'),
  })
  .meta({ id: 'ZonedTime', examples: [{ dateTime: '2027-03-28T09:00:00', timeZone: 'Europe/Amsterdam' }] })

/** Asking the zone database costs 25 µs; nearly all events name one of these. */
const usualZones = new Set(Intl.supportedValuesOf('timeZone'))

/** The database takes offsets such as `+02:00` for zones too, but they say nothing about summer time. */
function isZone(zone: string): boolean {
  return usualZones.has(zone) || (/^[A-Za-z]/.test(zone) && isKnownZone(zone))
}

function isDate(value: string): boolean {
  const year = Number(value.slice(0, 4))
  if (year < limits.firstYear || year > limits.lastYear) return false
  try {
    return Boolean(Temporal.PlainDateTime.from(value, { overflow: 'reject' }))
  } catch {
    return false
  }
}
