import { searchedUpTo } from './bounded-search.ts'

export type Span = { readonly from: number; readonly to: number }

const emptyElements = /^(?:area|base|br|col|embed|hr|img|input|link|meta|source|wbr)$/i

/** The smallest span round the given one that cuts no element in two. */
export function spanOfElements(html: string, span: Span): Span {
  let { from, to } = span
  // Elements come after those that they hold: what one of them adds cuts none of those before it.
  for (const element of elementsOf(html)) {
    if (element.from < to && from < element.to && isCut(element, { from, to })) {
      from = Math.min(from, element.from)
      to = Math.max(to, element.to)
    }
  }
  return { from, to }
}

type Element = Span & { readonly inner: Span }

/** Neither within the span, nor with the whole of it inside. */
function isCut({ from, to, inner }: Element, span: Span): boolean {
  const isWithin = span.from <= from && to <= span.to
  const isAround = inner.from <= span.from && span.to <= inner.to
  return !isWithin && !isAround
}

/** Every element with its tags; one that is never closed counts for its tag alone. */
function elementsOf(html: string): Element[] {
  const open: { name: string; from: number; to: number }[] = []
  const openOf = new Map<string, number>()
  const count = (name: string, by: number) => void openOf.set(name, (openOf.get(name) ?? 0) + by)
  const elements: Element[] = []
  for (const { 0: tag, 1: slash, 2: given = '', index } of searchedUpTo(html, '>').matchAll(
    /<(\/?)([a-z][\w:-]*)[^>]*>/gi,
  )) {
    const name = given.toLowerCase()
    const to = index + tag.length
    if (slash !== '/') {
      if (emptyElements.test(name) || tag.endsWith('/>')) continue
      open.push({ name, from: index, to })
      count(name, 1)
    } else if (openOf.get(name)) {
      const opened = open.findLastIndex((element) => element.name === name)
      const start = open[opened]!
      for (const closed of open.splice(opened)) count(closed.name, -1)
      elements.push({ from: start.from, to, inner: { from: start.to, to: index } })
    }
  }
  return elements
}
