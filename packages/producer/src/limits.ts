/** What an event may hold at most. Chosen below the limits of Exchange, so that what is taken can be written. */
export const limits = {
  idLength: 512,
  appointmentIdLength: 255,
  textLength: 255,
  bodyBytes: 256 * 1024,
  attendees: 500,
  categories: 50,
  reminderMinutes: 2_629_800,
  /** Exchange takes appointments of up to five years. */
  durationDays: 1_825,
  firstYear: 1900,
  lastYear: 4500,
} as const
