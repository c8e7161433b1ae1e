import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { CommandError, exitCodes } from './terminal.ts'

/** The environment, completed by a file of variables such as compose's `.env`. What is set outranks the file. */
export function environment(env: NodeJS.ProcessEnv, file: string | undefined): NodeJS.ProcessEnv {
  if (file === undefined) return env
  try {
    return { ...parseEnv(readFileSync(file, 'utf8')), ...env }
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException
    throw new CommandError(`${file} cannot be read (${code})`, exitCodes.usage)
  }
}
