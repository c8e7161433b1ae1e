import { InvalidArgumentError, Option } from 'commander'
import type { Terminal } from '../terminal.ts'

/** Makes an action of what a command does, which resolves with its exit code. */
export type Run = (command: (terminal: Terminal) => Promise<number>) => () => Promise<void>

/** A number of seconds on the command line, in milliseconds inside. */
export function seconds(text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new InvalidArgumentError('expected a number of seconds')
  return value * 1_000
}

export function count(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('expected a number from 1 on')
  return value
}

export const csvOption = () => new Option('--csv <file>', 'take them from the column "address" of this file')
export const jsonOption = () => new Option('--json', 'one JSON object a line')

export const waitOption = (what: string) =>
  new Option('--wait <seconds>', what).argParser(seconds).default(30_000, '30')
