import { EwsError } from '../soap/errors.ts'
import type { CalendarItem, OccurrenceChange } from '../store/item.ts'
import type { NewItem } from '../store/store.ts'
import { occurrenceId } from './occurrence-id.ts'
import { occurrenceEnd, occurrenceStarts } from './recurrence.ts'

/** One occurrence of a master as an item of its own, with what was changed of it. */
export function occurrenceAt(master: CalendarItem, originalStart: number): CalendarItem {
  const changed = exceptionAt(master, originalStart)
  const { exceptions: _exceptions, deletedOccurrences: _deleted, ...plain } = master
  return {
    ...plain,
    itemId: occurrenceId(master.itemId, originalStart),
    start: originalStart,
    end: occurrenceEnd(master, originalStart),
    recurrence: null,
    ...changed?.changes,
    occurrenceOf: { masterId: master.itemId, originalStart, isException: changed !== undefined },
  }
}

/** The occurrence that an id names by its original start; refuses one that was deleted or never was. */
export function existingOccurrence(master: CalendarItem, originalStart: number): CalendarItem {
  if (isDeleted(master, originalStart)) throw occurrenceIsDeleted()
  for (const start of occurrenceStarts(master, originalStart, originalStart)) {
    if (start === originalStart) return occurrenceAt(master, start)
  }
  throw new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.')
}

/** Occurrences are counted from 1, those that were deleted too. */
export function occurrenceByIndex(master: CalendarItem, index: number): CalendarItem {
  let at = 0
  for (const start of occurrenceStarts(master)) {
    if (++at < index) continue
    if (at > index) break
    if (isDeleted(master, start)) throw occurrenceIsDeleted()
    return occurrenceAt(master, start)
  }
  throw new EwsError(
    'ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange',
    'Occurrence index is out of recurrence range.',
  )
}

/** The occurrences that could touch a range: those of the pattern, and those moved by hand. */
export function occurrencesBetween(master: CalendarItem, from: number, to: number): CalendarItem[] {
  const length = master.end - master.start
  const exceptions = master.exceptions ?? []
  const plain: CalendarItem[] = []
  for (const start of occurrenceStarts(master, to, from - length)) {
    if (start + length < from || isDeleted(master, start) || exceptionAt(master, start)) continue
    plain.push(occurrenceAt(master, start))
  }
  return [...plain, ...exceptions.map(({ originalStart }) => occurrenceAt(master, originalStart))]
}

/** What changes of the master when one of its occurrences does. */
export function withException(
  master: CalendarItem,
  originalStart: number,
  changes: OccurrenceChange['changes'],
): Pick<NewItem, 'exceptions'> {
  const others = (master.exceptions ?? []).filter((other) => other.originalStart !== originalStart)
  const before = exceptionAt(master, originalStart)?.changes
  const all = [...others, { originalStart, changes: { ...before, ...changes } }]
  return { exceptions: all.sort((left, right) => left.originalStart - right.originalStart) }
}

export function withoutOccurrence(
  master: CalendarItem,
  originalStart: number,
): Pick<NewItem, 'exceptions' | 'deletedOccurrences'> {
  const deleted = [...(master.deletedOccurrences ?? []), originalStart]
  return {
    exceptions: (master.exceptions ?? []).filter((other) => other.originalStart !== originalStart),
    deletedOccurrences: deleted.sort((left, right) => left - right),
  }
}

/** What changes of the master when an occurrence that was deleted comes back. */
export function withRestored(
  master: CalendarItem,
  originalStart: number,
  changes: OccurrenceChange['changes'],
): Pick<NewItem, 'exceptions' | 'deletedOccurrences'> {
  const deleted = (master.deletedOccurrences ?? []).filter((start) => start !== originalStart)
  return { ...withException(master, originalStart, changes), deletedOccurrences: deleted }
}

/** Refuses to move an occurrence past its neighbours. */
export function refuseCrossing(master: CalendarItem, originalStart: number, start: number): void {
  let before: number | undefined
  for (const other of occurrenceStarts(master)) {
    if (other < originalStart && !isDeleted(master, other)) before = occurrenceAt(master, other).start
    if (other <= originalStart || isDeleted(master, other)) continue
    if (start >= occurrenceAt(master, other).start) throw crossing()
    break
  }
  if (before !== undefined && start <= before) throw crossing()
}

/** The first and the last occurrence that are left; the last is missing where the series has no end. */
export function endsOf(master: CalendarItem): { first?: CalendarItem; last?: CalendarItem } {
  const isEndless = master.recurrence?.range.kind === 'NoEndRecurrence'
  let first: number | undefined
  let last: number | undefined
  for (const start of occurrenceStarts(master)) {
    if (isDeleted(master, start)) continue
    first ??= start
    last = start
    if (isEndless) break
  }
  return {
    ...(first !== undefined && { first: occurrenceAt(master, first) }),
    ...(last !== undefined && !isEndless && { last: occurrenceAt(master, last) }),
  }
}

function exceptionAt({ exceptions }: CalendarItem, originalStart: number): OccurrenceChange | undefined {
  return exceptions?.find((exception) => exception.originalStart === originalStart)
}

function isDeleted({ deletedOccurrences }: CalendarItem, originalStart: number): boolean {
  return deletedOccurrences?.includes(originalStart) ?? false
}

function occurrenceIsDeleted(): EwsError {
  return new EwsError(
    'ErrorCalendarOccurrenceIsDeletedFromRecurrence',
    'The specified occurrence was deleted from the recurrence.',
  )
}

function crossing(): EwsError {
  return new EwsError(
    'ErrorOccurrenceCrossingBoundary',
    'An occurrence cannot be moved past the one before or after it.',
  )
}
