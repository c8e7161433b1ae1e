import { EwsError, schemaViolation } from '../soap/errors.ts'
import { leaf, type Xml } from '../xml/build.ts'
import type { Element } from '../xml/element.ts'
import type { CalendarItem } from '../store/item.ts'
import type { NewItem } from '../store/store.ts'
import type { BodyForm } from './body.ts'
import type { Draft } from './draft.ts'

/** What a reader of an item has to know besides the item. */
export type ReadContext = { readonly bodyForm: BodyForm; folderIdOf: (item: CalendarItem) => string }

/** One property of the schema: where it stands, who gets it, how it is read, set and deleted. */
export type Field = {
  readonly path: string
  readonly element: string
  /** The property belongs to the shape Default. */
  readonly isDefault?: boolean
  /** FindItem and SyncFolderItems never return it. */
  readonly isCostly?: boolean
  /** Only returned where it was asked for by name. */
  readonly onDemand?: boolean
  read: (item: CalendarItem, context: ReadContext) => Xml
  write?: (draft: Draft, element: Element) => void
  clear?: (draft: Draft) => void
}

type Options = Pick<Field, 'isDefault' | 'isCostly' | 'onDemand' | 'clear' | 'write'>
type Plain = string | number | boolean | null | undefined

/** A property that is computed. */
export function computed(path: string, value: (item: CalendarItem) => Plain, options: Options = {}): Field {
  const element = elementOf(path)
  return {
    path,
    element,
    ...options,
    read: (item) => {
      const text = value(item)
      return text === null || text === undefined ? '' : leaf(`t:${element}`, text)
    },
  }
}

/** A property that an item holds under `key`, and that is set from text. */
export function stored<Key extends keyof NewItem>(
  path: string,
  key: Key,
  parse: (text: string) => NewItem[Key],
  options: Options & { empty?: NewItem[Key] } = {},
): Field {
  const { empty, ...rest } = options
  const field = computed(path, (item) => item[key] as Plain, {
    write: (draft, element) => {
      draft.item[key] = parse(element.text)
    },
    ...rest,
  })
  if (empty === undefined) return field
  return {
    ...field,
    clear: (draft) => {
      draft.item[key] = empty
    },
  }
}

export function parseBoolean(text: string): boolean {
  const value = text.trim()
  if (value === 'true' || value === '1') return true
  if (value === 'false' || value === '0') return false
  throw schemaViolation(`'${value}' is not a valid boolean`)
}

export function parseInteger(text: string): number {
  const value = text.trim()
  if (!/^[+-]?\d{1,10}$/.test(value)) throw schemaViolation(`'${value}' is not a valid int`)
  return Number(value)
}

/** A parser of one of the schema's enumerations. */
export function oneOf<Value extends string>(...values: readonly Value[]): (text: string) => Value {
  return (text) => {
    const value = values.find((candidate) => candidate === text.trim())
    if (!value) throw schemaViolation(`'${text.trim()}' is not one of ${values.join(', ')}`)
    return value
  }
}

export function elementOf(path: string): string {
  return path.slice(path.indexOf(':') + 1)
}

export function notSettable(path: string): EwsError {
  return new EwsError('ErrorInvalidPropertySet', `Set action is invalid for property ${path}.`)
}

export function notDeletable(path: string): EwsError {
  return new EwsError('ErrorInvalidPropertyDelete', `Delete action is invalid for property ${path}.`)
}
