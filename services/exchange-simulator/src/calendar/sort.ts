import { schemaViolation } from '../soap/errors.ts'
import type { CalendarItem } from '../store/item.ts'
import type { Element } from '../xml/element.ts'

const keys: Readonly<Record<string, (item: CalendarItem) => string | number>> = {
  'item:Subject': (item) => item.subject ?? '',
  'item:Importance': (item) => item.importance,
  'item:Sensitivity': (item) => item.sensitivity,
  'item:DateTimeCreated': (item) => item.createdAt,
  'item:DateTimeReceived': (item) => item.createdAt,
  'item:LastModifiedTime': (item) => item.modifiedAt,
  'calendar:Start': (item) => item.start,
  'calendar:End': (item) => item.end,
  'calendar:Location': (item) => item.location ?? '',
}

/** Sorts by a SortOrder element; the order of creation decides where it leaves a choice. */
export function sortItems(items: CalendarItem[], order: Element | undefined): CalendarItem[] {
  const rules = (order?.children ?? []).map(readRule)
  if (rules.length === 0) return items
  return items.toSorted((left, right) => {
    for (const rule of rules) {
      const compared = compare(rule.key(left), rule.key(right))
      if (compared !== 0) return rule.isDescending ? -compared : compared
    }
    return 0
  })
}

function readRule(element: Element): { key: (item: CalendarItem) => string | number; isDescending: boolean } {
  const direction = element.attributes['Order']
  if (element.name !== 'FieldOrder' || (direction !== 'Ascending' && direction !== 'Descending')) {
    throw schemaViolation('SortOrder wants FieldOrder elements that say Ascending or Descending')
  }
  const path = element.children[0]?.attributes['FieldURI'] ?? ''
  return { key: keys[path] ?? (() => 0), isDescending: direction === 'Descending' }
}

function compare(left: string | number, right: string | number): number {
  if (typeof left === 'string' && typeof right === 'string') return left.localeCompare(right)
  return Number(left) - Number(right)
}
