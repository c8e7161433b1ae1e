import { createHash } from 'node:crypto'
import { type ScriptName, sourceOf } from '../scripts.ts'

/** What a call of the script has in it on its way to Redis, for tests that stand between: itself the first time, then its digest. */
export function onTheWire(name: ScriptName): string[] {
  const source = sourceOf(name)
  return [source, createHash('sha1').update(source).digest('hex')]
}
