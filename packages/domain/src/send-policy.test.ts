import { describe, expect, test } from 'vitest'
import { type Field, fields } from './field.ts'
import { type Meeting, type Send, sendOnCreateOrDelete, sendOnUpdate } from './send-policy.ts'

const bob = { address: 'bob@x.example', type: 'required' } as const

const meetings: Record<'a meeting' | 'nobody else' | 'of another organiser' | 'over' | 'muted', Meeting> = {
  'a meeting': { role: 'organizer', attendees: [bob], isOver: false, mute: false },
  'nobody else': { role: 'organizer', attendees: [], isOver: false, mute: false },
  'of another organiser': { role: 'attendee', attendees: [bob], isOver: false, mute: false },
  over: { role: 'organizer', attendees: [bob], isOver: true, mute: false },
  muted: { role: 'organizer', attendees: [bob], isOver: false, mute: true },
}

type Change = 'created or deleted' | 'relevant field' | 'attendees' | 'attendees and more' | 'reminder'

const changes: Record<Exclude<Change, 'created or deleted'>, readonly Field[]> = {
  'relevant field': ['subject', 'categories'],
  attendees: ['attendees', 'reminderMinutesBeforeStart'],
  'attendees and more': ['when', 'attendees'],
  reminder: ['reminderMinutesBeforeStart', 'categories', 'showAs', 'importance', 'sensitivity', 'responses'],
}

const silent = {
  'created or deleted': 'none',
  'relevant field': 'none',
  attendees: 'none',
  'attendees and more': 'none',
  reminder: 'none',
} as const

// The whole table. `Record` without `Partial`: a case that is missing does not compile.
const sends: Record<keyof typeof meetings, Record<Change, Send>> = {
  'a meeting': {
    'created or deleted': 'all',
    'relevant field': 'all',
    attendees: 'changed',
    'attendees and more': 'all',
    reminder: 'none',
  },
  // Whoever was taken off it still hears of that.
  'nobody else': { ...silent, attendees: 'changed', 'attendees and more': 'changed' },
  'of another organiser': silent,
  over: silent,
  muted: silent,
}

const cases = Object.entries(sends).flatMap(([name, bySort]) =>
  Object.entries(bySort).map(([change, send]) => ({ name, change, send })),
)

describe('mail', () => {
  test.each(cases)('$name, $change: $send', ({ name, change, send }) => {
    const meeting = meetings[name as keyof typeof meetings]
    const sent =
      change === 'created or deleted'
        ? sendOnCreateOrDelete(meeting)
        : sendOnUpdate(meeting, changes[change as keyof typeof changes])
    expect(sent).toBe(send)
  })

  test('attendees hear of these fields, each by itself, and of no other', () => {
    const heard = fields.filter((field) => sendOnUpdate(meetings['a meeting'], [field]) !== 'none')
    expect(heard).toEqual(['subject', 'body', 'when', 'location', 'attendees'])
  })
})
