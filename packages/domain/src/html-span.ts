export type Span = { readonly from: number; readonly to: number }

const emptyElements = /^(?:area|base|br|col|embed|hr|img|input|link|meta|source|wbr)$/i

/** The smallest span round the given one that cuts no element in two. */
export function spanOfElements(html: string, span: Span): Span {
  const elements = elementsOf(html)
  let { from, to } = span
  for (;;) {
    const cut = elements.find(
      (element) => element.from < to && from < element.to && isCut(element, { from, to }),
    )
    if (!cut) return { from, to }
    from = Math.min(from, cut.from)
    to = Math.max(to, cut.to)
  }
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
  const elements: Element[] = []
  for (const { 0: tag, 1: slash, 2: name = '', index } of html.matchAll(/<(\/?)([a-z][\w:-]*)[^>]*>/gi)) {
    const to = index + tag.length
    if (slash !== '/') {
      if (!emptyElements.test(name) && !tag.endsWith('/>'))
        open.push({ name: name.toLowerCase(), from: index, to })
      continue
    }
    const opened = open.findLastIndex((element) => element.name === name.toLowerCase())
    const start = open[opened]
    if (!start) continue
    open.length = opened
    elements.push({ from: start.from, to, inner: { from: start.to, to: index } })
  }
  return elements
}
