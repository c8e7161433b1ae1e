import { describe, expect, test } from 'vitest'
import { type Link, type Offer } from './record.ts'
import { offer, planned, present, rules, unlinked } from './testing/outbound.ts'

const moved = { subject: 'Moved' }

describe('what Exchange cancelled', () => {
  const link: Link = { ...unlinked, told: { revision: 6, holds: false } }
  const edited = (
    basedOn: number,
    offers: Offer[],
    policy: 'exchange' | 'latest' | 'application' = 'exchange',
  ) => planned({ wanted: present(moved, basedOn), link, offers }, { rules: { ...rules, policy } }).action
  const cancelled = [offer(6, 'cancelled')]

  test.each([
    ['exchange', 'tellCancelled'],
    ['latest', 'tellCancelled'],
    ['application', 'create'],
  ] as const)('and the application changed without knowing it, policy %s: %s', (policy, action) => {
    expect(edited(5, cancelled, policy)).toBe(action)
  })

  test('is made anew if the application knew', () => {
    expect(edited(6, cancelled)).toBe('create')
  })

  test('is made anew if the application knew, though it was told once more', () => {
    expect(edited(6, [...cancelled, offer(7, 'cancelled')])).toBe('create')
  })

  test('is made anew if the application had cancelled it itself by then', () => {
    const absent: Link = { ...link, written: { version: 1, basedOn: 5, fingerprints: {} } }
    expect(planned({ wanted: present(moved, 5), link: absent, offers: cancelled }).action).toBe('create')
    const heldAgain = [offer(5, 'created'), offer(6, 'cancelled')]
    const earlier = { ...absent, written: { ...absent.written, basedOn: 4 } }
    expect(planned({ wanted: present(moved, 5), link: earlier, offers: heldAgain }).action).toBe(
      'tellCancelled',
    )
  })

  test('is told again if it was hidden before it was deleted', () => {
    expect(edited(5, [offer(6, 'withdrawn')])).toBe('tellCancelled')
  })

  test('is told again if the application had made it anew before', () => {
    const anew: Link = {
      ...link,
      written: { ...link.written, basedOn: 6 },
      told: { revision: 7, holds: false },
    }
    const offers = [...cancelled, offer(7, 'cancelled')]
    expect(planned({ wanted: present(moved, 6), link: anew, offers }).action).toBe('tellCancelled')
  })
})
