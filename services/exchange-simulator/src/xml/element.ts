export const namespaces = {
  soap: 'http://schemas.xmlsoap.org/soap/envelope/',
  m: 'http://schemas.microsoft.com/exchange/services/2006/messages',
  t: 'http://schemas.microsoft.com/exchange/services/2006/types',
} as const

/** One element of a parsed document. `name` is the local name; `text` joins the element's own text. */
export type Element = {
  readonly name: string
  readonly uri: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Element[]
  readonly text: string
}

/** The first child of that name, if there is one. */
export function child(element: Element, name: string): Element | undefined {
  return element.children.find((candidate) => candidate.name === name)
}

/** The element reached by following child names from `element`. */
export function descend(element: Element, ...names: readonly string[]): Element | undefined {
  let current: Element | undefined = element
  for (const name of names) current = current && child(current, name)
  return current
}

/** The trimmed text of a child, or `undefined` where there is no such child. */
export function childText(element: Element, name: string): string | undefined {
  return child(element, name)?.text.trim()
}
