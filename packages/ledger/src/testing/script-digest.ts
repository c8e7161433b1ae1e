import { createHash } from 'node:crypto'
import { type ScriptName, sourceOf } from '../scripts.ts'

/** By what a script is called on the wire, for tests that stand between a process and Redis. */
export function scriptDigest(name: ScriptName): string {
  return createHash('sha1').update(sourceOf(name)).digest('hex')
}
