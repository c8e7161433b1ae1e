import type { CalendarItem } from '../store/item.ts'
import { occurrencesBetween } from './occurrences.ts'

/** Single items and occurrences that touch a range, in the order of their start; masters themselves are not in a view. */
export function viewOf(
  items: Iterable<CalendarItem>,
  from: number,
  to: number,
  touchesEnd: boolean,
): CalendarItem[] {
  const found: CalendarItem[] = []
  for (const item of items) {
    const candidates = item.recurrence ? occurrencesBetween(item, from, to) : [item]
    for (const candidate of candidates) if (touches(candidate, from, to, touchesEnd)) found.push(candidate)
  }
  return found.sort((left, right) => left.start - right.start)
}

function touches(item: CalendarItem, from: number, to: number, touchesEnd: boolean): boolean {
  const endsLater = item.end > from || item.start === from || (touchesEnd && item.end === from)
  return endsLater && (item.start < to || item.start === from)
}
