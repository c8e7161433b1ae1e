import { addDays, dateOf, daysBetween, weekdayOf } from './time.js'

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

/**
 * The occurrences of a recurring appointment on the days `from` to `to` (not included), each as an appointment of its
 * own with the day it is on. What does not repeat is its only occurrence.
 */
export function occurrencesOf(appointment, { from, to }) {
  const { recurrence } = appointment
  if (!recurrence) return [{ appointment, day: undefined }]

  const firstDay = dateOf(appointment.start)
  const found = []
  let count = 0
  for (let day = firstDay; day < to; day = addDays(day, 1)) {
    if (!isOn(day, firstDay, recurrence)) continue
    count += 1
    if (recurrence.count && count > recurrence.count) break
    if (day >= from) found.push({ day, appointment: moved(appointment, daysBetween(firstDay, day)) })
  }
  return found
}

function isOn(day, firstDay, { pattern, interval = 1, daysOfWeek = [] }) {
  const passed = daysBetween(firstDay, day)
  if (pattern === 'daily') return passed % interval === 0
  const weeks = Math.floor((passed + weekdayOf(firstDay) - 1) / 7)
  const days =
    daysOfWeek.length > 0 ? daysOfWeek.map((name) => name.toLowerCase()) : [weekdays[weekdayOf(firstDay) - 1]]
  return weeks % interval === 0 && days.includes(weekdays[weekdayOf(day) - 1])
}

function moved(appointment, days) {
  const shift = ({ dateTime, timeZone }) => ({
    dateTime: addDays(dateTime.slice(0, 10), days) + dateTime.slice(10),
    timeZone,
  })
  return { ...appointment, start: shift(appointment.start), end: shift(appointment.end) }
}
