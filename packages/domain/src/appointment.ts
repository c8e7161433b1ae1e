/** A wall-clock time in an IANA zone: `{ dateTime: '2027-03-28T09:00:00', timeZone: 'Europe/Amsterdam' }`. */
export type ZonedTime = { readonly dateTime: string; readonly timeZone: string }

export type Body = { readonly contentType: 'text' | 'html'; readonly content: string }

export type AttendeeType = 'required' | 'optional' | 'resource'
export type AttendeeResponse = 'none' | 'accepted' | 'tentative' | 'declined'

export type Attendee = {
  readonly address: string
  readonly name?: string
  readonly type: AttendeeType
  /** The attendee's answer. Exchange tells it; the application cannot set it. */
  readonly response?: AttendeeResponse
}

export type ShowAs = 'free' | 'tentative' | 'busy' | 'oof' | 'workingElsewhere'
export type Importance = 'low' | 'normal' | 'high'
export type Sensitivity = 'normal' | 'personal' | 'private' | 'confidential'

/** One single, non-private calendar entry. Names follow Microsoft Graph's event. */
export type Appointment = {
  readonly subject: string
  readonly body: Body
  readonly start: ZonedTime
  /** For an all-day appointment the midnight after its last day. */
  readonly end: ZonedTime
  readonly isAllDay: boolean
  readonly location: string
  readonly showAs: ShowAs
  readonly sensitivity: 'normal' | 'personal'
  readonly importance: Importance
  /** `null`: no reminder. */
  readonly reminderMinutesBeforeStart: number | null
  readonly categories: readonly string[]
  readonly attendees: readonly Attendee[]
}
