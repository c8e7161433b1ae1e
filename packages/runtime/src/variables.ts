import { z } from 'zod'

/** A text that must not be seen: kept out of error messages and marked in the docs; also read from `NAME_FILE`. */
export function secret(): z.ZodString {
  return z.string().min(1).meta({ secret: true })
}

/** A duration given in seconds; code reads milliseconds. A default is given in milliseconds, like any output. */
export const seconds = z.coerce
  .number('expected a number of seconds')
  .positive()
  .transform((value) => value * 1_000)
  .meta({ unit: 'seconds' })

/** A TCP port; 0 takes any that is free. */
export const port = z.coerce.number('expected a port number').int().min(0).max(65_535)

/** Values separated by commas; blanks around them do not count. */
export const list = z.string().transform((value) =>
  value
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean),
)

/** `true` or `false`. */
export const flag = z.enum(['true', 'false']).transform((value) => value === 'true')

/** One line of the table in docs/configuration.md. */
export type VariableRow = {
  name: string
  /** What applies if the variable is not set. Neither this nor `required`: the variable may be left out. */
  default?: string
  required: boolean
  description: string
  secret: boolean
  /** All that it may be, if that is a short list. */
  values?: string[]
}

/** What a service's schema says about its variables, for the generated docs. */
export function describeVariables(schema: z.ZodType): VariableRow[] {
  return Object.entries(variablesOf(schema)).map(([name, variable]) => {
    const { description = '', secret: isSecret = false, unit } = metaOf(variable)
    const value = defaultOf(variable)
    const values = valuesOf(variable)
    return {
      name,
      ...(value !== undefined && { default: write(unit === 'seconds' ? Number(value) / 1_000 : value) }),
      required: !variable.safeParse(undefined).success,
      description: unit && description ? `${description} In ${unit}.` : description,
      secret: isSecret,
      ...(values && { values }),
    }
  })
}

/** Names of the variables that are secret, and so may also come from a file. */
export function secretNames(schema: z.ZodType): string[] {
  return Object.entries(variablesOf(schema)).flatMap(([name, variable]) =>
    metaOf(variable).secret ? [name] : [],
  )
}

type Meta = { description?: string; secret?: boolean; unit?: string }
type Definition = {
  in?: z.ZodType
  innerType?: z.ZodType
  shape?: Record<string, z.ZodType>
  defaultValue?: unknown
  entries?: Record<string, string>
}

/** The schema's object of variables, found behind whatever turns them into a grouped configuration. */
function variablesOf(schema: z.ZodType): Record<string, z.ZodType> {
  const { shape, in: inner, innerType } = definitionOf(schema)
  const next = inner ?? innerType
  return shape ?? (next ? variablesOf(next) : {})
}

/** What was said about a schema; what was said on the outside outranks what lies within. */
function metaOf(schema: z.ZodType): Meta {
  const { in: inner, innerType } = definitionOf(schema)
  const next = innerType ?? inner
  return { ...(next && metaOf(next)), ...(schema.meta() as Meta | undefined) }
}

function defaultOf(schema: z.ZodType): unknown {
  const { defaultValue, in: inner, innerType } = definitionOf(schema)
  const next = innerType ?? inner
  return defaultValue ?? (next && defaultOf(next))
}

function valuesOf(schema: z.ZodType): string[] | undefined {
  const { entries, in: inner, innerType } = definitionOf(schema)
  const next = innerType ?? inner
  return entries ? Object.values(entries) : next && valuesOf(next)
}

function definitionOf(schema: z.ZodType): Definition {
  return schema._zod.def as Definition
}

function write(value: unknown): string {
  if (Array.isArray(value)) return value.join(',')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
