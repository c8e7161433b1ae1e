import { KeystoreError } from './keystore.ts'

/** Why a file with certificates cannot be used, for whoever set the variable with its name. */
export function whyUnusable(error: unknown, passwordName: string): string {
  if (!(error instanceof KeystoreError)) {
    return `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`
  }
  return error.problem === 'wrongPassword' ? `${error.message}: check ${passwordName}` : error.message
}
