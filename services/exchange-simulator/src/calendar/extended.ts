import { EwsError, schemaViolation } from '../soap/errors.ts'
import { cleanGlobalObjectId } from '../store/ids.ts'
import type { CalendarItem, ExtendedValue } from '../store/item.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import { child, type Element } from '../xml/element.ts'
import { writeInstant } from './time.ts'

/** The address of an extended property: `key` is the same for all ways to write it, `attributes` is how it was written. */
export type ExtendedPath = {
  readonly key: string
  readonly type: string
  readonly attributes: Element['attributes']
}

const setIds: Readonly<Record<string, string>> = {
  Meeting: '6ed8da90-450b-101b-98da-00aa003f1305',
  Appointment: '00062002-0000-0000-c000-000000000046',
  Common: '00062008-0000-0000-c000-000000000046',
  PublicStrings: '00020329-0000-0000-c000-000000000046',
  Address: '00062004-0000-0000-c000-000000000046',
  InternetHeaders: '00020386-0000-0000-c000-000000000046',
  CalendarAssistant: '11000e07-b51b-40d6-af21-caa85edab1d0',
  UnifiedMessaging: '4442858e-a9e3-4e80-b900-317a210cc15b',
  Task: '00062003-0000-0000-c000-000000000046',
  Sharing: '00062040-0000-0000-c000-000000000046',
}

const types =
  /^(ApplicationTime|Binary|Boolean|CLSID|Currency|Double|Error|Float|Integer|Long|Null|Object|Short|SystemTime|String)(Array)?$/

export const cleanGlobalObjectIdKey = `${setIds['Meeting']}/35`
const globalObjectIdKey = `${setIds['Meeting']}/3`

/** Properties under which Exchange shows what it also has elsewhere. */
const derived: Readonly<Record<string, (item: CalendarItem) => string>> = {
  [cleanGlobalObjectIdKey]: ({ uid }) => cleanGlobalObjectId(uid),
  [globalObjectIdKey]: ({ uid }) => cleanGlobalObjectId(uid),
  'tag/26': ({ itemClass }) => itemClass,
  'tag/55': ({ subject }) => subject ?? '',
  'tag/12295': ({ createdAt }) => writeInstant(createdAt),
  'tag/12296': ({ modifiedAt }) => writeInstant(modifiedAt),
}

export function readExtendedPath(element: Element): ExtendedPath {
  const { attributes } = element
  const type = attributes['PropertyType'] ?? ''
  if (!types.test(type)) throw schemaViolation(`'${type}' is not a valid PropertyType`)
  const tag = attributes['PropertyTag']
  if (tag !== undefined) return { key: `tag/${Number(tag)}`, type, attributes }

  const named = attributes['DistinguishedPropertySetId']
  if (named !== undefined && !setIds[named]) throw schemaViolation(`'${named}' is no property set`)
  const setId = named === undefined ? attributes['PropertySetId']?.toLowerCase() : setIds[named]
  const name = attributes['PropertyName'] ?? attributes['PropertyId']
  if (!setId || name === undefined) {
    throw new EwsError(
      'ErrorInvalidExtendedProperty',
      'The extended property attribute combination is invalid.',
    )
  }
  const isNamed = attributes['PropertyName'] !== undefined
  return { key: isNamed ? `${setId}:${name}` : `${setId}/${Number(name)}`, type, attributes }
}

export function readExtendedProperty(element: Element): { path: ExtendedPath; value: ExtendedValue } {
  const uri = child(element, 'ExtendedFieldURI')
  if (!uri) throw schemaViolation('ExtendedProperty without ExtendedFieldURI')
  const path = readExtendedPath(uri)
  const many = child(element, 'Values')
  const one = child(element, 'Value')
  if (!many && !one) throw schemaViolation('ExtendedProperty without Value')
  const values = many ? many.children.map(({ text }) => text) : [one?.text ?? '']
  return { path, value: { type: path.type, values: values.map((text) => normalized(text, path.type)) } }
}

/** The value of one property of an item, its own or derived. */
export function extendedValue(item: CalendarItem, path: ExtendedPath): ExtendedValue | undefined {
  const derive = derived[path.key]
  return derive ? { type: path.type, values: [derive(item)] } : item.extended[path.key]
}

export function writeExtended(item: CalendarItem, path: ExtendedPath): Xml {
  const found = extendedValue(item, path)
  if (!found) return ''
  const value = path.type.endsWith('Array')
    ? node(
        't:Values',
        found.values.map((text) => leaf('t:Value', text)),
      )
    : leaf('t:Value', found.values[0] ?? '')
  return node('t:ExtendedProperty', node('t:ExtendedFieldURI', '', path.attributes) + value)
}

/** One spelling for values that have several, so that an index finds them. */
export function normalized(value: string, type: string): string {
  if (!type.startsWith('Boolean')) return value
  return value === '1' ? 'true' : value === '0' ? 'false' : value
}
