import { reference, type Schema } from './components.ts'

type Media = Readonly<Record<string, { readonly schema: Schema; readonly example?: unknown }>>
export type Answer = { readonly description: string; readonly content?: Media; readonly headers?: Schema }

export type Operation = {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly security?: readonly object[]
  readonly parameters?: readonly Schema[]
  readonly requestBody?: { readonly required?: true; readonly content: Media }
  readonly responses: Readonly<Record<string, Answer>>
}

export const withKey = { security: [{ key: [] }] }

export function json(description: string, schema: string): Answer {
  return { description, content: { 'application/json': { schema: reference(schema) } } }
}

export function problems(descriptions: Readonly<Record<number, string>>): Record<string, Answer> {
  return Object.fromEntries(
    Object.entries(descriptions).map(([status, description]) => [status, problem(description)]),
  )
}

/** What every operation with a key can answer. */
export const usualProblems = problems({
  401: 'There is no key, or one that is not known.',
  503: 'Not now: Redis is away or full, or Exchange is away. `Retry-After` says when to come again.',
})

export function inPath(name: string, description: string): Schema {
  return { name, in: 'path', required: true, description, schema: { type: 'string' } }
}

function problem(description: string): Answer {
  return { description, content: { 'application/problem+json': { schema: reference('Problem') } } }
}
