import { expect, test } from 'vitest'
import { areSameTimes } from './same-time.ts'

const at = (hour: number, timeZone: string, isAllDay = false) => ({
  start: { dateTime: `2027-05-03T0${hour}:00:00`, timeZone },
  end: { dateTime: `2027-05-03T0${hour + 1}:00:00`, timeZone },
  isAllDay,
})
const berlin = at(8, 'Europe/Berlin')

test.each([
  ['the same zone', berlin, true],
  ['another name of the same Windows zone', at(8, 'Europe/Amsterdam'), true],
  ['another Windows zone of the same hour', at(8, 'Europe/Paris'), false],
  ['another hour', at(7, 'Europe/Amsterdam'), false],
  ['the whole day', at(8, 'Europe/Amsterdam', true), false],
  ['no zone that Exchange has', at(8, 'Mars/Olympus'), false],
])('to Exchange 8 o’clock in Berlin is the same as in %s: %o', (_, other, isSame) => {
  expect(areSameTimes(berlin, other)).toBe(isSame)
})
