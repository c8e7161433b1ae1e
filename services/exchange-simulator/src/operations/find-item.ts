import { parseInteger } from '../calendar/field.ts'
import { readItemShape, writeItem } from '../calendar/item-shape.ts'
import { compileRestriction, type Restriction } from '../calendar/restriction.ts'
import { sortItems } from '../calendar/sort.ts'
import { compileQuery } from '../calendar/query-string.ts'
import { readInstant } from '../calendar/time.ts'
import { viewOf } from '../calendar/view.ts'
import { EwsError, schemaViolation } from '../soap/errors.ts'
import type { CalendarItem } from '../store/item.ts'
import { node, type Xml } from '../xml/build.ts'
import { child, childText, type Element } from '../xml/element.ts'
import { attempt, respond, success } from './answer.ts'
import { type Context, folderOf, type Place } from './context.ts'
import { folderIds } from './folder-ids.ts'
import { kindOf } from './folder-shape.ts'
import { attribute, checkOrder, required, requiredList } from './request.ts'

const mostItems = 1_000
const mostRestricted = 250
const mostViewItems = 1_000
const twoYearsMs = 2 * 366 * 86_400_000

type Page = {
  items: readonly CalendarItem[]
  total: number
  next?: number
  isFractional?: boolean
  isLast: boolean
}

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/finditem-operation */
export function findItem(request: Element, context: Context): Xml {
  attribute(request, 'Traversal', 'Shallow', 'SoftDeleted', 'Associated')
  const views =
    'IndexedPageItemView|FractionalPageItemView|SeekToConditionPageItemView|CalendarView|ContactsView'
  const grouping = 'GroupBy|DistinguishedGroupBy'
  checkOrder(
    request,
    'ItemShape',
    views,
    grouping,
    'Restriction',
    'SortOrder',
    'ParentFolderIds',
    'QueryString',
  )
  const shape = readItemShape(required(request, 'ItemShape'), { cheapOnly: true, cutsTexts: true })
  const folders = folderIds(context.store)
  const messages = requiredList(request, 'ParentFolderIds').map((element) =>
    attempt('FindItem', context, undefined, () => {
      const page = find(request, folderOf(context, element), context)
      const items = page.items.map((item) => writeItem(item, shape, folders))
      const root = node('m:RootFolder', node('t:Items', items), {
        ...offsetOf(page),
        TotalItemsInView: page.total,
        IncludesLastItemInRange: page.isLast,
      })
      return success('FindItem', root)
    }),
  )
  return respond('FindItem', messages)
}

function offsetOf({ next, total, isFractional }: Page): Record<string, number | undefined> {
  return isFractional
    ? { NumeratorOffset: next, AbsoluteDenominator: Math.max(1, total) }
    : { IndexedPagingOffset: next }
}

function find(request: Element, place: Place, context: Context): Page {
  const zone = context.zone ?? 'UTC'
  if (request.children.some(({ name }) => name.endsWith('GroupBy'))) {
    throw new EwsError('ErrorInvalidOperation', 'The simulator knows no grouping.')
  }
  const view = child(request, 'CalendarView')
  const expression = child(request, 'Restriction')?.children[0]
  if (view) {
    if (expression || child(request, 'SortOrder')) {
      throw new EwsError(
        'ErrorInvalidOperation',
        'Restrictions and sort order may not be specified for a CalendarView.',
      )
    }
    if (kindOf(place.folder).element !== 'CalendarFolder') {
      throw new EwsError(
        'ErrorCalendarFolderIsInvalidForCalendarView',
        'A CalendarView is for calendar folders only.',
      )
    }
    return calendarView(view, place, zone, context.quirks.viewTouchesEnd)
  }
  const restriction = expression ? compileRestriction(expression, zone) : undefined
  const query = childText(request, 'QueryString')
  const matching = search(place, restriction).filter(query ? compileQuery(query) : () => true)
  const found = sortItems(matching, child(request, 'SortOrder'))
  const pageView = request.children.find(({ name }) => name.endsWith('PageItemView'))
  return paged(found, pageView, restriction || query ? mostRestricted : mostItems)
}

function search({ mailbox, folder }: Place, restriction: Restriction | undefined): CalendarItem[] {
  const candidates = restriction?.candidates?.(mailbox).filter((item) => item.folder === folder.name)
  const items = candidates ?? [...folder.items.values()]
  return restriction ? items.filter(restriction.test) : items
}

function paged(found: readonly CalendarItem[], view: Element | undefined, most: number): Page {
  if (view?.name === 'SeekToConditionPageItemView') {
    throw new EwsError(
      'ErrorCalendarSeekToConditionNotSupported',
      'Calendar folders cannot be sought through.',
    )
  }
  const number = (name: string, otherwise: number): number =>
    parseInteger(view?.attributes[name] ?? String(otherwise))
  const isFractional = view?.name === 'FractionalPageItemView'
  const offset = isFractional
    ? Math.floor((found.length * number('Numerator', 0)) / Math.max(1, number('Denominator', 1)))
    : number('Offset', 0)
  const wanted = number('MaxEntriesReturned', most)
  const isFromEnd = view?.attributes['BasePoint'] === 'End'
  if (wanted < 1 || offset < 0)
    throw schemaViolation('a page must hold at least one item and not begin before the first')
  const from = isFromEnd ? Math.max(0, found.length - offset - wanted) : offset
  const items = found.slice(from, from + Math.min(wanted, most))
  const next = from + items.length
  return { items, total: found.length, next, isFractional, isLast: next >= found.length }
}

function calendarView(view: Element, { folder }: Place, zone: string, touchesEnd: boolean): Page {
  const from = readInstant(view.attributes['StartDate'] ?? '', zone)
  const to = readInstant(view.attributes['EndDate'] ?? '', zone)
  const most = parseInteger(view.attributes['MaxEntriesReturned'] ?? String(mostViewItems))
  if (most < 1) throw schemaViolation('MaxEntriesReturned must be positive')
  if (to < from)
    throw new EwsError('ErrorCalendarEndDateIsEarlierThanStartDate', 'EndDate is earlier than StartDate')
  if (to - from > twoYearsMs) {
    throw new EwsError(
      'ErrorCalendarViewRangeTooBig',
      'The specified view range exceeds the maximum range of two years.',
    )
  }
  const found = viewOf(folder.items.values(), from, to, touchesEnd)
  const items = found.slice(0, Math.min(most, mostViewItems))
  return { items, total: found.length, isLast: items.length === found.length }
}
