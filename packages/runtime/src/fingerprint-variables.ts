import { secret } from './variables.ts'

/** What fingerprints are made with. Both workers read this. */
export const fingerprintVariables = {
  FINGERPRINT_KEY: secret().describe(
    'The deployment key of the fingerprints that are kept of appointments. The same for all workers; a new one makes every appointment look changed.',
  ),
}
