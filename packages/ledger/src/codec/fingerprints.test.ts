import { fields, type Fingerprints } from '@lockstep/domain'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packFingerprints, unpackFingerprints } from './fingerprints.ts'

const digest = fc.oneof(fc.base64String(), fc.string(), fc.constantFrom('', '~', '=', ',', 'same'))
const set = fc.record(
  Object.fromEntries(fields.map((field) => [field, digest])) as Record<keyof Fingerprints, typeof digest>,
  { requiredKeys: [] },
) as fc.Arbitrary<Partial<Fingerprints>>

test('a set of fingerprints is read back as it was, also one that is packed against another', () => {
  fc.assert(
    fc.property(set, set, (one, base) => {
      const stored = JSON.parse(JSON.stringify(packFingerprints(one, base))) as string
      expect({ ...unpackFingerprints(stored, base) }).toEqual({ ...one })
    }),
  )
})

test('fields keep the places that they are stored in', () => {
  const all = Object.fromEntries(fields.map((field) => [field, field])) as Fingerprints
  expect(packFingerprints(all)).toBe(
    'subject,body,when,location,showAs,sensitivity,importance,reminderMinutesBeforeStart,categories,attendees,responses',
  )
})
