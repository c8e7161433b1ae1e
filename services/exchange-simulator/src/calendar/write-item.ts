import { schemaViolation } from '../soap/errors.ts'
import { child, type Element } from '../xml/element.ts'
import type { Draft } from './draft.ts'
import { readExtendedPath, readExtendedProperty } from './extended.ts'
import { type Field, notDeletable, notSettable } from './field.ts'
import { fieldOfElement, fieldOfPath } from './fields.ts'
import { schemaOrder } from './schema-order.ts'

/** Sets everything that a t:CalendarItem element of a CreateItem holds. */
export function setAll(draft: Draft, item: Element): void {
  let last = -1
  for (const element of item.children) {
    const place = schemaOrder.get(element.name)
    if (place === undefined || place < last) {
      throw schemaViolation(`the element '${item.name}' has an invalid child element '${element.name}'`)
    }
    last = place
    if (element.name === 'ExtendedProperty') setExtended(draft, element)
    else set(draft, fieldOfElement(element.name), element)
  }
}

/** Carries out one SetItemField, AppendToItemField or DeleteItemField. */
export function applyChange(draft: Draft, change: Element): void {
  const path = change.children.find(({ name }) => name.endsWith('FieldURI'))
  if (!path) throw schemaViolation(`${change.name} without a path`)
  switch (change.name) {
    case 'SetItemField':
      return setOne(draft, path, valueOf(change))
    case 'AppendToItemField':
      return append(draft, path, valueOf(change))
    case 'DeleteItemField':
      return remove(draft, path)
    default:
      throw schemaViolation(`unexpected element ${change.name} in Updates`)
  }
}

function valueOf(change: Element): Element {
  const item = child(change, 'CalendarItem') ?? child(change, 'Item')
  const value = item?.children[0]
  if (!item || !value || item.children.length > 1) {
    throw schemaViolation(`${change.name} wants an item with exactly one property`)
  }
  return value
}

function setOne(draft: Draft, path: Element, value: Element): void {
  if (path.name === 'ExtendedFieldURI') {
    if (value.name !== 'ExtendedProperty') throw mismatch(path, value)
    return setExtended(draft, value)
  }
  const field = fieldOfPath(path.attributes['FieldURI'])
  if (path.name === 'FieldURI' && field && field.element !== value.name) throw mismatch(path, value)
  set(draft, field, value)
}

function mismatch(path: Element, value: Element): Error {
  return schemaViolation(`the path ${path.attributes['FieldURI'] ?? path.name} does not name ${value.name}`)
}

// A property that calendar items have in the schema but the simulator does not keep is passed over.
function set(draft: Draft, field: Field | undefined, element: Element): void {
  if (!field) return
  if (!field.write) throw notSettable(field.path)
  field.write(draft, element)
}

function append(draft: Draft, path: Element, value: Element): void {
  const field = fieldOfPath(path.attributes['FieldURI'])
  if (field?.path !== 'item:Body' || !field.write) throw notSettable(path.attributes['FieldURI'] ?? path.name)
  const before = draft.item.body
  field.write(draft, value)
  const added = draft.item.body
  if (before && added) draft.item.body = { type: before.type, content: before.content + added.content }
}

function remove(draft: Draft, path: Element): void {
  if (path.name === 'ExtendedFieldURI') {
    const { key } = readExtendedPath(path)
    const { [key]: _removed, ...rest } = draft.item.extended
    draft.item.extended = rest
    return
  }
  const field = fieldOfPath(path.attributes['FieldURI'])
  if (!field) return
  if (!field.clear) throw notDeletable(field.path)
  field.clear(draft)
}

function setExtended(draft: Draft, element: Element): void {
  const { path, value } = readExtendedProperty(element)
  draft.item.extended = { ...draft.item.extended, [path.key]: value }
}
