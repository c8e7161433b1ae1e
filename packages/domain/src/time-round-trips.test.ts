import fc from 'fast-check'
import { expect, test } from 'vitest'
import { instantOf, isOver, wallTimeOf } from './time.ts'

/** What the clock of a zone shows, by another road than the one that is tested. */
const clocks = new Map<string, Intl.DateTimeFormat>()
function shown(epochMs: number, timeZone: string): string {
  const clock =
    clocks.get(timeZone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  clocks.set(timeZone, clock)
  return clock.format(epochMs).replace(' ', 'T')
}

const dayMs = 86_400_000
const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'), 'UTC')
/** To the minute: clocks change at full minutes in these years. */
const minutes = fc.integer({ min: Date.UTC(1996, 0) / 60_000, max: Date.UTC(2037, 0) / 60_000 })

/** Instants at random, and as many within two hours of a change of the zone's clock. */
const moments = fc
  .record({
    timeZone: zones,
    minute: minutes,
    isNearChange: fc.boolean(),
    offset: fc.integer({ min: -120, max: 120 }),
  })
  .map(({ timeZone, minute, isNearChange, offset }) => {
    const at = Temporal.Instant.fromEpochMilliseconds(minute * 60_000).toZonedDateTimeISO(timeZone)
    const change = isNearChange ? at.getTimeZoneTransition('next') : null
    const epochMs =
      change && change.year < 2037 ? change.epochMilliseconds + offset * 60_000 : minute * 60_000
    return { timeZone, epochMs }
  })

const runs = { numRuns: 3_000 }

test('an instant is shown as the clock of the zone shows it, and comes back, or is the second of two that it shows so', () => {
  fc.assert(
    fc.property(moments, ({ timeZone, epochMs }) => {
      const wall = wallTimeOf(epochMs, timeZone)
      expect(wall).toEqual({ dateTime: shown(epochMs, timeZone), timeZone })
      const back = instantOf(wall)
      expect(back).toBeLessThanOrEqual(epochMs)
      expect(wallTimeOf(back, timeZone)).toEqual(wall)
    }),
    runs,
  )
})

test('a wall time is the first instant that the clock shows so; what it skips is read with the offset before', () => {
  fc.assert(
    fc.property(moments, ({ timeZone, epochMs }) => {
      // As if there were no change of the clock just then: so that skipped times come up, too.
      const before = offsetAt(epochMs - 26 * 3_600_000, timeZone)
      const dateTime = new Date(epochMs + before).toISOString().slice(0, 19)
      const instant = instantOf({ dateTime, timeZone })
      const all = candidates(dateTime, timeZone)
      expect(instant).toBe(all.length > 0 ? Math.min(...all) : Date.parse(`${dateTime}Z`) - before)
    }),
    runs,
  )
})

test('the days of an all-day appointment are over at the midnight of its own zone', () => {
  fc.assert(
    fc.property(moments, ({ timeZone, epochMs }) => {
      const date = wallTimeOf(epochMs, timeZone).dateTime.slice(0, 10)
      const end = { dateTime: `${date}T00:00:00`, timeZone }
      expect(isOver({ end }, epochMs)).toBe(true)
      const begins = instantOf(end)
      expect(isOver({ end }, begins - 1)).toBe(false)
      expect(shown(begins, timeZone).slice(0, 10)).toBe(date)
    }),
    runs,
  )
})

function offsetAt(epochMs: number, timeZone: string): number {
  return Date.parse(`${shown(epochMs, timeZone)}Z`) - epochMs
}

/** All instants at which the clock shows that. */
function candidates(dateTime: string, timeZone: string): number[] {
  const asUtc = Date.parse(`${dateTime}Z`)
  const offsets = [-26, -2, -1, 0, 1, 2, 26].map((hours) => offsetAt(asUtc + hours * 3_600_000, timeZone))
  const wide = [-1, 1].map((days) => offsetAt(asUtc + days * dayMs, timeZone))
  return [...new Set([...offsets, ...wide])]
    .map((offset) => asUtc - offset)
    .filter((instant) => shown(instant, timeZone) === dateTime)
}
