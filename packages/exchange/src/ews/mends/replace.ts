import { createRequire } from 'node:module'

/** Takes a mend back. Only tests do. */
export type Undo = () => void

type Method = (this: never, ...args: never[]) => unknown

const require = createRequire(import.meta.url)

/** A module of the library by its path: its internals are in none of its type declarations. */
export function internal(path: string): unknown {
  return require(`ews-javascript-api/${path}`)
}

/**
 * Puts another function in the place of `owner[name]`.
 * Throws if there is none: then the library is not the one that the mend was written for.
 */
export function replace<Original extends Method>(
  owner: object,
  name: string,
  replacement: (original: Original) => Original,
): Undo {
  const methods = owner as Record<string, unknown>
  const original = methods[name]
  if (typeof original !== 'function') throw new TypeError(`ews-javascript-api has no ${name} to mend`)

  methods[name] = replacement(original as Original)
  return () => void (methods[name] = original)
}
