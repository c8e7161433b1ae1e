import { addDays, dateOf, instantOf, midnightOf, nextSlot, wallTimeOf } from './time.js'

/** Start and end for the calendar component: instants, or dates for an all-day appointment. */
export function spanOf({ start, end, isAllDay }) {
  if (!isAllDay) return { start: instantOf(start), end: instantOf(end), allDay: false }
  return { start: dateOf(start), end: dateOf(end), allDay: true }
}

/** The fields of an appointment for a span of the calendar component, as wall times in `timeZone`. */
export function timesOf({ start, end, isAllDay }, timeZone) {
  if (isAllDay) {
    const firstDay = start.slice(0, 10)
    const dayAfter = end?.slice(0, 10) ?? addDays(firstDay, 1)
    return { isAllDay, start: midnightOf(firstDay, timeZone), end: midnightOf(dayAfter, timeZone) }
  }
  const endInstant = end ?? new Date(Date.parse(start) + 60 * 60_000).toISOString()
  return { isAllDay, start: wallTimeOf(start, timeZone), end: wallTimeOf(endInstant, timeZone) }
}

/** What a new appointment starts from. */
export function blankAppointment(timeZone, span = nextSlot(timeZone)) {
  return {
    subject: '',
    location: '',
    body: { contentType: 'text', content: '' },
    ...timesOf({ isAllDay: false, ...span }, timeZone),
    showAs: 'busy',
    sensitivity: 'normal',
    importance: 'normal',
    reminderMinutesBeforeStart: 15,
    categories: [],
    attendees: [],
  }
}

/** What the dialog's time inputs show of an appointment; the last day of an all-day one is included. */
export function inputsOf({ start, end, isAllDay }) {
  const { timeZone } = start
  if (isAllDay) {
    const firstDay = dateOf(start)
    const lastDay = addDays(dateOf(end), -1)
    return {
      timeZone,
      isAllDay,
      start: `${firstDay}T09:00`,
      end: `${lastDay < firstDay ? firstDay : lastDay}T10:00`,
    }
  }
  const endThere = end.timeZone === timeZone ? end : wallTimeOf(instantOf(end), timeZone)
  return { timeZone, isAllDay, start: start.dateTime.slice(0, 16), end: endThere.dateTime.slice(0, 16) }
}

/** The fields of an appointment from the dialog's time inputs. */
export function timesFromInputs({ timeZone, isAllDay, start, end }) {
  if (isAllDay) {
    return {
      isAllDay,
      start: midnightOf(start.slice(0, 10), timeZone),
      end: midnightOf(addDays(end.slice(0, 10), 1), timeZone),
    }
  }
  const time = (value) => ({ dateTime: value.length === 16 ? `${value}:00` : value, timeZone })
  return { isAllDay, start: time(start), end: time(end) }
}
