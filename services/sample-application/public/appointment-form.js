import { inputsOf, timesFromInputs } from './appointment-times.js'

/** What the dialog's inputs hold for an appointment. */
export function formOf(appointment) {
  const { subject, location, showAs, sensitivity, importance, body } = appointment
  return {
    ...inputsOf(appointment),
    subject,
    location,
    showAs,
    sensitivity,
    importance,
    reminder: String(appointment.reminderMinutesBeforeStart ?? ''),
    categories: appointment.categories.join(', '),
    attendees: appointment.attendees.map(({ address }) => address).join('\n'),
    body: body.content,
    bodyType: body.contentType,
    repeatsWeekly: Boolean(appointment.recurrence),
  }
}

/** The fields that the form holds another value for than the appointment; all of them for a new one. */
export function changesOf(form, appointment, { isNew }) {
  const entered = appointmentOf(form, appointment)
  const before = appointmentOf(formOf(appointment), appointment)
  return Object.fromEntries(
    Object.entries(entered).filter(
      ([name, value]) =>
        (isNew && (name !== 'recurrence' || value)) || JSON.stringify(value) !== JSON.stringify(before[name]),
    ),
  )
}

function appointmentOf(form, { attendees, recurrence }) {
  const { subject, location, showAs, sensitivity, importance, reminder, body, bodyType, repeatsWeekly } = form
  return {
    subject: subject.trim(),
    location: location.trim(),
    ...timesFromInputs(form),
    showAs,
    sensitivity,
    importance,
    reminderMinutesBeforeStart: reminder === '' ? null : Number(reminder),
    categories: parts(form.categories, ','),
    attendees: parts(form.attendees, /[\s,;]+/).map(
      (address) => attendees.find((known) => known.address === address) ?? { address, type: 'required' },
    ),
    body: { contentType: bodyType, content: body },
    recurrence: repeatsWeekly ? (recurrence ?? { pattern: 'weekly', interval: 1 }) : null,
  }
}

function parts(text, separator) {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter(Boolean)
}
