import type { Item, PropertyDefinitionBase } from 'ews-javascript-api'

/**
 * A property's value; `undefined` if the item has none. The library's own getters throw for some properties that are
 * missing and invent others.
 */
export function valueOf(item: Item, property: PropertyDefinitionBase): unknown {
  const found: { outValue: unknown } = { outValue: undefined }
  const has = item.TryGetProperty(property, found)
  return has ? (found.outValue ?? undefined) : undefined
}

/** The same for a property without which nothing can be said of the item. */
export function requiredValueOf(item: Item, property: PropertyDefinitionBase): unknown {
  const value = valueOf(item, property)
  // The library drops what it cannot read, and says so to nobody.
  if (value === undefined) throw new TypeError('an item without a property that was asked for')
  return value
}
