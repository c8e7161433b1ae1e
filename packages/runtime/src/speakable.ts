/** Fields that may hold somebody's content or a credential, wherever they stand. */
const unspeakable = new Set([
  'authorization',
  'cookie',
  'set-cookie',
  'subject',
  'body',
  'location',
  'attendees',
  'content',
  'password',
  'secret',
  'token',
])

/** Deeper than anything that we log on purpose; what lies below stays out. */
const DEEPEST = 8

/**
 * A copy of what is to be logged without the fields that must not be seen, and with errors cut down to what
 * they say. (pino's own redaction needs a path for each depth, and costs 0.2 ms a line with them.)
 */
export function speakable(fields: object): Record<string, unknown> {
  return copyOf(fields, 0)
}

function copyOf(fields: object, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (!unspeakable.has(name.toLowerCase())) copy[name] = valueOf(value, depth + 1)
  }
  return copy
}

function valueOf(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > DEEPEST) return undefined
  if (value instanceof Error) return describeError(value, depth)
  if (Array.isArray(value)) return value.map((entry: unknown) => valueOf(entry, depth + 1))
  return 'toJSON' in value ? value : copyOf(value, depth)
}

/** What an error says. Its other fields stay out: libraries put whole requests there. */
function describeError(error: Error, depth: number): object {
  const { name, message, stack, cause } = error
  const { code } = error as NodeJS.ErrnoException
  return {
    name,
    message,
    ...(code !== undefined && { code }),
    stack,
    ...(cause !== undefined && { cause: valueOf(cause, depth + 1) }),
  }
}
