import type { JsElement } from './mends/parse-soap.ts'

/** The element at the end of a path, if it is one with children. */
export function childOf(element: JsElement | undefined, ...path: readonly string[]): JsElement | undefined {
  return path.reduce<JsElement | undefined>((parent, name) => {
    const child = parent?.[name]
    return isElement(child) ? child : undefined
  }, element)
}

/** All of the elements of one name: the form has one alone, several as a list. */
export function elementsOf(value: unknown): JsElement[] {
  return [value ?? []].flat().filter(isElement)
}

/** The texts of an element's children of one name. */
export function textsOf(element: JsElement | undefined, name: string): string[] {
  return [element?.[name] ?? []]
    .flat()
    .filter((text) => typeof text === 'string')
    .map((text) => text.trim())
}

function isElement(value: unknown): value is JsElement {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
