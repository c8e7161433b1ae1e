import { EwsError, schemaViolation } from '../soap/errors.ts'
import type { CalendarItem } from '../store/item.ts'
import type { Element } from '../xml/element.ts'
import { itemOperand } from './restriction.ts'
import type { Value } from './search-expression.ts'

type Rule = { key: (item: CalendarItem) => Value; isDescending: boolean }

const importances = ['Low', 'Normal', 'High']

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

function readRule(element: Element): Rule {
  const direction = element.attributes['Order']
  const [path] = element.children
  if (element.name !== 'FieldOrder' || !path || (direction !== 'Ascending' && direction !== 'Descending')) {
    throw schemaViolation('SortOrder wants FieldOrder elements that say Ascending or Descending')
  }
  const isDescending = direction === 'Descending'
  if (path.attributes['FieldURI'] === 'item:Importance') {
    return { key: ({ importance }) => importances.indexOf(importance), isDescending }
  }
  const operand = itemOperand(path, 'UTC')
  if (!operand) {
    throw new EwsError('ErrorUnsupportedPathForSortGroup', 'The property can not be used for sorting.')
  }
  return { key: (item) => operand.values(item)[0], isDescending }
}

function compare(left: Value, right: Value): number {
  if (typeof left === 'string' || typeof right === 'string') {
    return String(left ?? '').localeCompare(String(right ?? ''))
  }
  return Number(left ?? 0) - Number(right ?? 0)
}
