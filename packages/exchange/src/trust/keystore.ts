import type { KeyObject } from 'node:crypto'

/** What a file with certificates holds. */
export type Keystore = {
  /** DER, in the order of the file. */
  readonly certificates: readonly Buffer[]
  readonly keys: readonly KeyObject[]
}

export type KeystoreProblem = 'unreadable' | 'wrongPassword' | 'notSupported' | 'empty'

/** Why a file with certificates cannot be used. The message holds nothing of the file. */
export class KeystoreError extends Error {
  override name = 'KeystoreError'
  readonly problem: KeystoreProblem

  constructor(problem: KeystoreProblem, message: string, options?: ErrorOptions) {
    super(message, options)
    this.problem = problem
  }
}

export const wrongPassword = () =>
  new KeystoreError('wrongPassword', 'the password does not open it, or somebody changed it')
