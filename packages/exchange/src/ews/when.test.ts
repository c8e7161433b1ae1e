import {
  Appointment as EwsAppointment,
  ExchangeService,
  ExchangeVersion,
  TimeZoneInfo,
} from 'ews-javascript-api'
import fc from 'fast-check'
import { type Appointment, instantOf, wallTimeOf } from '@lockstep/domain'
import { expect, test } from 'vitest'
import { itemShape } from './calendar-item.ts'
import { mendLibrary } from './mends/index.ts'
import { parseSoap } from './mends/parse-soap.ts'
import type { StampedZones } from './stamp.ts'
import { readWhen, writeWhen } from './when.ts'

mendLibrary()
const service = new ExchangeService(ExchangeVersion.Exchange2013_SP1, TimeZoneInfo.Utc)

type When = Pick<Appointment, 'start' | 'end' | 'isAllDay'>

const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'), 'UTC', 'Etc/GMT+12', 'US/Eastern')
/** Since then no zone has left out a whole day, which Exchange could not tell from the next one. */
const minutes = fc.integer({ min: Date.UTC(2012, 0) / 60_000, max: Date.UTC(2037, 0) / 60_000 })
const durations = fc.integer({ min: 0, max: 3 * 24 * 60 })
const runs = { numRuns: 1_000 }

/** Any wall times, also such as the clock skips or shows twice, in one zone or in two. */
const timed = fc
  .record({ minute: minutes, duration: durations, startZone: zones, endZone: zones, isOneZone: fc.boolean() })
  .map(({ minute, duration, startZone, endZone, isOneZone }): When => {
    const start = { dateTime: near(startZone, minute), timeZone: startZone }
    const endMs = instantOf(start) + duration * 60_000
    return { start, end: wallTimeOf(endMs, isOneZone ? startZone : endZone), isAllDay: false }
  })

const allDay = fc
  .record({ minute: minutes, days: fc.integer({ min: 1, max: 14 }), timeZone: zones })
  .map(({ minute, days, timeZone }): When => {
    const first = Temporal.PlainDate.from(near(timeZone, minute).slice(0, 10))
    const midnight = (day: Temporal.PlainDate) => ({ dateTime: `${day.toString()}T00:00:00`, timeZone })
    return { start: midnight(first), end: midnight(first.add({ days })), isAllDay: true }
  })

test('any wall times in any zones come back as the clock shows them, by the zones that were stamped', () => {
  fc.assert(
    fc.property(timed, (when) => {
      const asShown = ({ dateTime, timeZone }: When['start']) =>
        wallTimeOf(instantOf({ dateTime, timeZone }), timeZone)
      const expected = { start: asShown(when.start), end: asShown(when.end), isAllDay: false }
      expect(roundTrip(when, stampedZones(when))).toEqual(expected)
    }),
    runs,
  )
})

test('without a stamp they are the same instants, but for an hour that the clock shows twice', () => {
  fc.assert(
    fc.property(timed, (when) => {
      const read = roundTrip(when, {})
      for (const side of ['start', 'end'] as const) {
        const behindMs = instantOf(when[side]) - instantOf(read[side])
        expect(wallTimeOf(instantOf(when[side]), read[side].timeZone)).toEqual(read[side])
        expect(behindMs).toBeGreaterThanOrEqual(0)
      }
    }),
    runs,
  )
})

test('any days in any zone are the same days, with the stamp and without', () => {
  fc.assert(
    fc.property(allDay, (when) => {
      expect(roundTrip(when, stampedZones(when))).toEqual(when)
      const { start, end, isAllDay } = roundTrip(when, {})
      expect([start.dateTime, end.dateTime, isAllDay]).toEqual([when.start.dateTime, when.end.dateTime, true])
    }),
    runs,
  )
})

/** What Exchange is sent: instants, and the names of Windows zones; and what is read of that. */
function roundTrip(when: When, stamped: StampedZones): When {
  const written = new EwsAppointment(service)
  writeWhen(written, when)
  const instant = (ms: number) => new Date(ms).toISOString()
  const xml =
    `<ItemId Id="i" ChangeKey="c"/><Start>${instant(written.Start.TotalMilliSeconds)}</Start>` +
    `<End>${instant(written.End.TotalMilliSeconds)}</End><IsAllDayEvent>${written.IsAllDayEvent}</IsAllDayEvent>` +
    `<StartTimeZone Id="${written.StartTimeZone.Id}"/><EndTimeZone Id="${written.EndTimeZone.Id}"/>`
  const loaded = new EwsAppointment(service)
  const loading = loaded as unknown as { LoadFromXmlJsObject(...args: unknown[]): void }
  loading.LoadFromXmlJsObject(
    parseSoap(`<CalendarItem>${xml}</CalendarItem>`),
    service,
    true,
    itemShape(),
    false,
  )
  return readWhen(loaded, stamped)
}

function stampedZones({ start, end }: When): StampedZones {
  return { start: start.timeZone, end: end.timeZone }
}

/** A wall time near the next change of the zone's clock, for every other minute. */
function near(timeZone: string, minute: number): string {
  const at = Temporal.Instant.fromEpochMilliseconds(minute * 60_000).toZonedDateTimeISO(timeZone)
  const change = minute % 2 === 0 ? at.getTimeZoneTransition('next') : null
  const before = change && change.year < 2037 ? change.subtract({ nanoseconds: 1 }) : at
  const wall = before
    .toPlainDateTime()
    .round('minute')
    .add({ minutes: (minute % 240) - 120 })
  return wall.toString({ smallestUnit: 'second' })
}
