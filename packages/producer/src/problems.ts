import type { z } from 'zod'
import { mends } from './mends.ts'

/** What is wrong with one property of an event, and what would be right. Never quotes content. */
export type EventProblem = {
  /** A JSON pointer into the event. */
  readonly pointer: string
  readonly detail: string
  readonly mend: string
}

type Issue = z.core.$ZodIssue

/** Every problem of an event, in plain words. */
export function problemsOf(error: z.ZodError, event: unknown): EventProblem[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownProperty(issue.path, key))
    const place = issue.path.at(-1)
    const name =
      typeof place === 'string'
        ? `\`${place}\``
        : place === undefined
          ? 'The event'
          : `Entry ${String(place)}`
    return {
      pointer: pointerTo(issue.path),
      detail: `${name} ${whatIsWrong(issue, valueAt(event, issue.path))}.`,
      mend: mendFor(issue),
    }
  })
}

function unknownProperty(path: readonly PropertyKey[], key: string): EventProblem {
  const pointer = pointerTo([...path, key])
  return { pointer, detail: `There is no property \`${key}\` here.`, mend: 'Remove it, or correct its name.' }
}

function whatIsWrong(issue: Issue, value: unknown): string {
  if (value === undefined) return 'is missing'
  switch (issue.code) {
    case 'invalid_type':
      return `is not ${typeNames[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `is not ${issue.values.map((allowed) => JSON.stringify(allowed)).join(' or ')}`
    case 'too_big':
      return issue.origin === 'string' || issue.origin === 'array'
        ? `is longer than ${issue.maximum}`
        : `is greater than ${issue.maximum}`
    case 'too_small':
      return value === '' ? 'is empty' : `is less than ${Number(issue.minimum) + (issue.inclusive ? 0 : 1)}`
    default:
      return issue.message
  }
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
}

function mendFor(issue: Issue): string {
  if (issue.code === 'custom' && typeof issue.params?.['mend'] === 'string') return issue.params['mend']
  const place = pointerTo(issue.path.map((part) => (typeof part === 'number' ? '*' : part)))
  if (mends[place]) return mends[place]
  return issue.code === 'invalid_value' ? `Use one of ${issue.values.map(String).join(', ')}.` : 'Correct it.'
}

function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, part) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[part],
    value,
  )
}
