import { expect, test } from 'vitest'
import { fitsMailBudget, mailHourOf } from './mail-budget.ts'

test.each([
  { sent: 0, recipients: 200, fits: true },
  { sent: 0, recipients: 500, fits: true },
  { sent: 1, recipients: 199, fits: true },
  { sent: 1, recipients: 200, fits: false },
  { sent: 200, recipients: 1, fits: false },
  { sent: 200, recipients: 0, fits: true },
  { sent: 700, recipients: 0, fits: true },
])('$sent sent and $recipients more of 200: $fits', ({ sent, recipients, fits }) => {
  expect(fitsMailBudget(sent, recipients, 200)).toBe(fits)
})

test('an hour ends where the next one begins', () => {
  const { startMs, endMs } = mailHourOf(Date.parse('2027-03-01T12:34:56Z'))
  expect(new Date(startMs).toISOString()).toBe('2027-03-01T12:00:00.000Z')
  expect(mailHourOf(endMs - 1).startMs).toBe(startMs)
  expect(mailHourOf(endMs).startMs).toBe(endMs)
})
