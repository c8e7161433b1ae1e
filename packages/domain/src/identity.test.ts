import { expect, test } from 'vitest'
import { appointmentIdFor } from './identity.ts'
import { testDigest } from './testing/index.ts'

const idFor = (mailbox: string, uid: string, itemId?: string) =>
  appointmentIdFor(mailbox, uid, testDigest, itemId)

test('the id of an appointment from Exchange does not depend on the case of its UID', () => {
  expect(idFor('m1', '040000008200E0')).toBe(idFor('m1', '040000008200e0'))
})

test('each mailbox, UID and copy has an id of its own', () => {
  const ids = [
    idFor('m1', 'u1'),
    idFor('m2', 'u1'),
    idFor('m1', 'u2'),
    idFor('m1', 'u1', 'AAMk'),
    idFor('m1', 'u1', 'aamk'),
  ]
  expect(new Set(ids).size).toBe(ids.length)
})
