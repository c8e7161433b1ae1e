import { expect, test } from 'vitest'
import { changeOf, changeSchema } from './index.ts'

const facts = {
  kind: 'updated',
  mailbox: 'alice@contoso.example',
  appointmentId: 'APP-1042 ü',
  revision: 4,
  applicationVersion: 3,
  changed: ['subject'],
  atMs: Date.parse('2027-01-01T00:00:00Z'),
} as const

test('a change is written in the form of the contract', () => {
  const change = changeOf({ ...facts, reason: undefined, appointment: undefined })
  expect(changeSchema.parse(change)).toEqual(change)
  expect(change).toMatchObject({
    type: 'appointment.updated',
    source: 'lockstep',
    time: '2027-01-01T00:00:00.000Z',
  })
  expect(Object.keys(change.data)).not.toContain('appointment')
})

test('of what the application has hidden itself only the sensitivity is told', () => {
  const change = changeOf({ ...facts, changed: ['sensitivity'], hides: 'confidential' })
  expect(changeSchema.parse(change)).toEqual(change)
  expect(change.data.appointment).toEqual({ sensitivity: 'confidential' })
})

test('a change has the same id whenever it is told again, and one that fits into a header', () => {
  const { id } = changeOf(facts)
  expect(changeOf({ ...facts, atMs: 5, mailbox: 'Alice@contoso.example' }).id).toBe(id)
  expect(changeOf({ ...facts, revision: 5 }).id).not.toBe(id)
  expect(id).toMatch(/^change_[\w-]{27}$/)
})
