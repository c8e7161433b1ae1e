import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ChangeLog, type Position, start } from './change-log.ts'

/** A reader that applies what it is told, complaining where it is told nonsense. */
function createReader(log: ChangeLog) {
  const known = new Map<string, number>()
  let position: Position = start
  return {
    known,
    readPage: (max: number, versionOf: (id: string) => number): boolean => {
      const page = log.read(position, max)
      expect(page.created.length + page.changed.length + page.removed.length).toBeLessThanOrEqual(max)
      for (const id of page.created) known.set(id, versionOf(id))
      for (const id of page.changed) {
        expect(known.has(id)).toBe(true)
        known.set(id, versionOf(id))
      }
      for (const id of page.removed) known.delete(id)
      position = page.position
      return page.isLast
    },
  }
}

const step = fc.oneof(
  fc.record({ act: fc.constantFrom('create', 'change', 'remove'), item: fc.nat({ max: 7 }) }),
  fc.record({ act: fc.constant('read'), item: fc.integer({ min: 1, max: 3 }) }),
)

describe('reading the changes of a folder', () => {
  test('a reader ends with what the folder holds, whatever happens between its pages', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const log = new ChangeLog()
        const folder = new Map<string, number>()
        const reader = createReader(log)
        const versionOf = (id: string): number => folder.get(id) ?? -1
        let seq = 0
        for (const { act, item } of steps) {
          const id = `item ${item}`
          if (act === 'read') reader.readPage(item, versionOf)
          else if (act === 'create' ? folder.has(id) : !folder.has(id)) continue
          else {
            seq++
            log.append(act === 'create' ? 'created' : act === 'change' ? 'changed' : 'removed', id, seq)
            if (act === 'remove') folder.delete(id)
            else folder.set(id, seq)
          }
        }
        // Two runs: one may have been under way.
        for (let run = 0; run < 2; run++) while (!reader.readPage(2, versionOf));
        expect(reader.known).toEqual(folder)
      }),
    )
  })

  test('an item that was created and changed is told once, as a creation', () => {
    const log = new ChangeLog()
    log.append('created', 'known', 1)
    const { position } = log.read(start, 10)
    log.append('created', 'a', 2)
    log.append('changed', 'a', 3)
    log.append('changed', 'a', 4)
    expect(log.read(position, 10)).toMatchObject({ created: ['a'], changed: [], removed: [], isLast: true })
  })

  test('an item that came and went is not told at all', () => {
    const log = new ChangeLog()
    const { position } = log.read(start, 10)
    log.append('created', 'a', 1)
    log.append('removed', 'a', 2)
    expect(log.read(position, 10)).toMatchObject({ created: [], changed: [], removed: [] })
  })

  test('thousands of changes of one item leave little behind, and old positions stay good', () => {
    const log = new ChangeLog()
    log.append('created', 'a', 1)
    const { position } = log.read(start, 10)
    for (let seq = 2; seq < 5_000; seq++) log.append('changed', 'a', seq)
    expect(log.read(position, 10)).toMatchObject({ created: [], changed: ['a'], isLast: true })
  })
})
