import { limits } from './limits.ts'

const text = `Use up to ${limits.textLength} characters, none of them a control character.`
const zonedTime = 'Give {"dateTime": "2027-03-28T09:00:00", "timeZone": "Europe/Amsterdam"}.'
const dateTime =
  'Write YYYY-MM-DDTHH:MM:SS, without fraction, offset and Z: the zone has a property of its own, timeZone.'
const timeZone = 'Use the name of a zone of the IANA database, for example Europe/Amsterdam or Etc/UTC.'
const address = 'Use an address such as alice@contoso.example.'

/** What to do about a value that is missing or wrong, by its place. `*` stands for any position in a list. */
export const mends: Readonly<Record<string, string>> = {
  '': 'Send a CloudEvent: an object with specversion, id, source, type and data.',
  '/specversion': 'Set it to "1.0".',
  '/id': `Give each event an id of its own, of up to ${limits.idLength} characters.`,
  '/source': 'Name the application that sends the event, for example "/apps/crm".',
  '/type': 'Use appointment.created, appointment.updated or appointment.cancelled.',
  '/time': 'Write it as 2027-03-28T07:00:00Z, or leave it out.',
  '/subject': 'Use text, or leave it out.',
  '/datacontenttype': 'Set it to application/json, or leave it out.',
  '/data': 'Add an object with mailbox, appointmentId, version and appointment.',
  '/data/mailbox': address,
  '/data/previousMailbox': address,
  '/data/appointmentId': `Use text of 1 to ${limits.appointmentIdLength} printable characters.`,
  '/data/version': 'Use a whole number from 1 that grows with each change of the appointment.',
  '/data/basedOn': 'Use the revision of the last change that you applied, or leave it out.',
  '/data/appointment': 'Add the whole appointment. Only appointment.cancelled needs none.',
  '/data/appointment/subject': text,
  '/data/appointment/body': 'Give {"contentType": "text", "content": "…"}, or leave it out.',
  '/data/appointment/body/contentType': 'Use text or html.',
  '/data/appointment/body/content': `Use up to ${limits.bodyBytes / 1024} KiB of text without control characters.`,
  '/data/appointment/start': zonedTime,
  '/data/appointment/start/dateTime': dateTime,
  '/data/appointment/start/timeZone': timeZone,
  '/data/appointment/end': zonedTime,
  '/data/appointment/end/dateTime': dateTime,
  '/data/appointment/end/timeZone': timeZone,
  '/data/appointment/isAllDay': 'Use true or false.',
  '/data/appointment/location': text,
  '/data/appointment/reminderMinutesBeforeStart': `Use null or a whole number from 0 to ${limits.reminderMinutes}.`,
  '/data/appointment/categories': `List up to ${limits.categories} names.`,
  '/data/appointment/categories/*': text,
  '/data/appointment/recurrence': 'Use null. Recurring appointments are not taken.',
  '/data/appointment/attendees': `List up to ${limits.attendees} attendees, each as {"address": "…"}.`,
  '/data/appointment/attendees/*':
    'Give {"address": "bob@contoso.example", "name": "Bob", "type": "required"}.',
  '/data/appointment/attendees/*/address': address,
  '/data/appointment/attendees/*/name': text,
}
