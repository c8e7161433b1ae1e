import { createHash } from 'node:crypto'
import { invalidSyncState } from '../soap/errors.ts'

/** A sync state names its folder and proves that it was not cut or changed on the way. */
export function writeState(numbers: readonly number[], folderId: string): string {
  const content = numbers.join('.')
  return Buffer.from(`${content} ${seal(content, folderId)}`).toString('base64')
}

/** The numbers of a state; refuses one that is of another folder, or that nobody wrote. */
export function readState(state: string, folderId: string, count: number): number[] {
  const [content = '', sealed] = Buffer.from(state, 'base64').toString('utf8').split(' ')
  const numbers = content.split('.').map(Number)
  if (sealed !== seal(content, folderId) || numbers.length !== count) throw invalidSyncState()
  return numbers
}

function seal(content: string, folderId: string): string {
  return createHash('sha256').update(`${folderId} ${content}`).digest('base64url')
}
