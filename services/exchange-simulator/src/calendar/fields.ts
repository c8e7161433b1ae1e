import { schemaViolation } from '../soap/errors.ts'
import { calendarFields } from './calendar-fields.ts'
import type { Field } from './field.ts'
import { itemFields, laterItemFields } from './item-fields.ts'

/** The extended properties stand between these two, as the schema wants it. */
export const fieldsBefore: readonly Field[] = itemFields
export const fieldsAfter: readonly Field[] = [...laterItemFields, ...calendarFields]

const byPath = new Map([...fieldsBefore, ...fieldsAfter].map((field) => [field.path, field]))
const byElement = new Map([...fieldsBefore, ...fieldsAfter].map((field) => [field.element, field]))
const pathForm =
  /^(folder|item|message|meeting|meetingRequest|calendar|task|contacts|conversation|distributionlist|postitem|persona|person|sharingMessage|bulkcontacts|roleMember|network|place):\w+$/i

/** The property of a path; `undefined` for one that calendar items do not have. */
export function fieldOfPath(path: string | undefined): Field | undefined {
  if (path === undefined || !pathForm.test(path))
    throw schemaViolation(`'${path ?? ''}' is not a valid FieldURI`)
  return byPath.get(path)
}

export function fieldOfElement(element: string): Field | undefined {
  return byElement.get(element)
}
