import { schemaViolation } from '../soap/errors.ts'
import type { CalendarItem } from '../store/item.ts'
import { node, type Xml } from '../xml/build.ts'
import { child, childText, type Element } from '../xml/element.ts'
import { type ExtendedPath, readExtendedPath, writeExtended } from './extended.ts'
import type { BodyForm } from './body.ts'
import { type Field, oneOf, parseBoolean, type ReadContext } from './field.ts'
import { fieldOfPath, fieldsAfter, fieldsBefore } from './fields.ts'

const parseBase = oneOf('IdOnly', 'Default', 'AllProperties', 'PcxPeopleSearch')
const parseBodyForm = oneOf<BodyForm>('Best', 'HTML', 'Text')

/** Which properties of an item an answer holds. Read once for a request, used for each of its items. */
export type ItemShape = {
  readonly before: readonly Field[]
  readonly extended: readonly ExtendedPath[]
  readonly after: readonly Field[]
  readonly bodyForm: BodyForm
  /** Texts are cut, as FindItem cuts them. */
  readonly cutsTexts?: boolean
}

const longestText = 255

/** Reads an ItemShape element. `cheapOnly` leaves out what listings never return; `cutsTexts` shortens the rest. */
export function readItemShape(element: Element, { cheapOnly = false, cutsTexts = false } = {}): ItemShape {
  const base = parseBase(childText(element, 'BaseShape') ?? '')
  const asked = readPaths(child(element, 'AdditionalProperties'))
  if (parseBoolean(childText(element, 'IncludeMimeContent') ?? 'false')) {
    const mime = fieldOfPath('item:MimeContent')
    if (mime) asked.fields.add(mime)
  }
  const wants = (field: Field): boolean => {
    if (cheapOnly && field.isCostly) return false
    if (field.path === 'item:ItemId' || asked.fields.has(field)) return true
    if (base === 'AllProperties') return !field.onDemand
    return base === 'Default' && field.isDefault === true
  }
  return {
    before: fieldsBefore.filter(wants),
    after: fieldsAfter.filter(wants),
    extended: asked.extended,
    bodyForm: parseBodyForm(childText(element, 'BodyType') ?? 'Best'),
    cutsTexts,
  }
}

export const idOnly: ItemShape = {
  before: fieldsBefore.filter(({ path }) => path === 'item:ItemId'),
  after: [],
  extended: [],
  bodyForm: 'Best',
}

export function writeItem(
  whole: CalendarItem,
  shape: ItemShape,
  context: Pick<ReadContext, 'folderIdOf'>,
): Xml {
  const read = { folderIdOf: context.folderIdOf, bodyForm: shape.bodyForm }
  const item = shape.cutsTexts ? cut(whole) : whole
  let content = ''
  for (const field of shape.before) content += field.read(item, read)
  for (const path of shape.extended) content += writeExtended(item, path)
  for (const field of shape.after) content += field.read(item, read)
  return node('t:CalendarItem', content)
}

function cut(item: CalendarItem): CalendarItem {
  const isLong = (text: string | null): boolean => (text?.length ?? 0) > longestText
  const long = Object.values(item.extended).some(({ values }) => values.some(isLong))
  if (!isLong(item.location) && !long) return item
  const extended = Object.entries(item.extended).map(([key, { type, values }]) => {
    const isText = type.startsWith('String')
    return [key, { type, values: isText ? values.map((text) => text.slice(0, longestText)) : values }]
  })
  return {
    ...item,
    location: item.location?.slice(0, longestText) ?? null,
    extended: Object.fromEntries(extended) as CalendarItem['extended'],
  }
}

function readPaths(element: Element | undefined): { fields: Set<Field>; extended: ExtendedPath[] } {
  const fields = new Set<Field>()
  const extended = new Map<string, ExtendedPath>()
  for (const path of element?.children ?? []) {
    if (path.name === 'ExtendedFieldURI') {
      const read = readExtendedPath(path)
      extended.set(`${read.key} ${read.type}`, read)
    } else if (path.name === 'FieldURI') {
      const field = fieldOfPath(path.attributes['FieldURI'])
      if (field) fields.add(field)
    } else if (path.name !== 'IndexedFieldURI') {
      throw schemaViolation(`unexpected element ${path.name} in AdditionalProperties`)
    }
  }
  return { fields, extended: [...extended.values()] }
}
