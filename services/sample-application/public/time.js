// Browsers that have it need nothing more.
if (!globalThis.Temporal) await import('temporal-polyfill/global')

/** The instant of a wall time in its zone, as `2027-03-28T07:00:00Z`. */
export function instantOf({ dateTime, timeZone }) {
  return Temporal.PlainDateTime.from(dateTime).toZonedDateTime(timeZone).toInstant().toString()
}

/** The wall time of an instant in a zone. */
export function wallTimeOf(instant, timeZone) {
  const wall = Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone).toPlainDateTime()
  return { dateTime: wall.toString({ smallestUnit: 'second' }), timeZone }
}

/** The midnight that begins a day. */
export function midnightOf(date, timeZone) {
  return { dateTime: `${date}T00:00:00`, timeZone }
}

export function dateOf({ dateTime }) {
  return dateTime.slice(0, 10)
}

export function addDays(date, days) {
  return Temporal.PlainDate.from(date).add({ days }).toString()
}

/** How many days lie between two dates. */
export function daysBetween(from, to) {
  return Temporal.PlainDate.from(from).until(to, { largestUnit: 'day' }).days
}

export function todayIn(timeZone) {
  return Temporal.Now.plainDateISO(timeZone).toString()
}

/** 1 (Monday) to 7. */
export function weekdayOf(date) {
  return Temporal.PlainDate.from(date).dayOfWeek
}

/** The next full half hour, `minutes` long. */
export function nextSlot(timeZone, minutes = 30) {
  const now = Temporal.Now.zonedDateTimeISO(timeZone)
  const start = now.round({ smallestUnit: 'minute', roundingIncrement: 30, roundingMode: 'ceil' })
  return { start: start.toInstant().toString(), end: start.add({ minutes }).toInstant().toString() }
}

/** `16 – 22 November 2026` */
export function rangeText(from, lastDay) {
  const format = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  })
  return format.formatRange(new Date(`${from}T00:00Z`), new Date(`${lastDay}T00:00Z`))
}
