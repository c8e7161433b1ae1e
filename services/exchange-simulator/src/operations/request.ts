import { oneOf } from '../calendar/field.ts'
import { EwsError, schemaViolation } from '../soap/errors.ts'
import type { SendMode } from '../meetings.ts'
import { child, type Element } from '../xml/element.ts'

/** A child that the schema requires. */
export function required(element: Element, name: string): Element {
  const found = child(element, name)
  if (!found)
    throw schemaViolation(`the element '${element.name}' has incomplete content: '${name}' is expected`)
  return found
}

/** The children of a list that must not be empty. */
export function requiredList(element: Element, name: string): readonly Element[] {
  const { children } = required(element, name)
  if (children.length === 0) throw schemaViolation(`the element '${name}' has incomplete content`)
  return children
}

/** Refuses children that the schema does not know here, or has in another order. Names may be alternatives: `A|B`. */
export function checkOrder(element: Element, ...order: readonly string[]): void {
  let last = 0
  for (const { name } of element.children) {
    const place = order.findIndex((names) => names.split('|').includes(name))
    if (place < last)
      throw schemaViolation(`the element '${element.name}' has an invalid child element '${name}'`)
    last = place
  }
}

/** An attribute that holds one of a few words. */
export function attribute<Value extends string>(
  element: Element,
  name: string,
  ...values: readonly Value[]
): Value {
  const given = element.attributes[name]
  if (given === undefined) throw schemaViolation(`the required attribute '${name}' is missing`)
  return oneOf(...values)(given)
}

const modes = {
  SendToNone: 'none',
  SendOnlyToAll: 'all',
  SendToAllAndSaveCopy: 'all',
  SendOnlyToChanged: 'changed',
  SendToChangedAndSaveCopy: 'changed',
} as const satisfies Record<string, SendMode>

/** Whom an operation on a calendar item is to mail; calendar items demand that it is said. */
export function readSendMode(element: Element, name: string): () => SendMode {
  const given = element.attributes[name]
  const known = Object.entries(modes).find(([word]) => word === given)
  if (given !== undefined && (!known || (known[1] === 'changed' && !name.endsWith('OrCancellations')))) {
    throw schemaViolation(`'${given}' is not a valid ${name}`)
  }
  return () => {
    if (!known)
      throw new EwsError(`Error${name}Required`, `${name} attribute is required for calendar items.`)
    return known[1]
  }
}
