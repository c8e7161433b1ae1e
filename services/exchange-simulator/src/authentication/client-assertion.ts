import { createPublicKey } from 'node:crypto'
import { errors, jwtVerify } from 'jose'

type Wanted = { clientId: string; endpoint: string }

/** Whether one of the certificates signed the assertion, for this client and made out to this endpoint. */
export async function isSignedBy(
  certificates: readonly string[],
  assertion: string,
  { clientId, endpoint }: Wanted,
): Promise<boolean> {
  for (const certificate of certificates) {
    try {
      await jwtVerify(assertion, createPublicKey(certificate), {
        algorithms: ['RS256', 'PS256'],
        audience: endpoint,
        issuer: clientId,
        subject: clientId,
        requiredClaims: ['exp'],
        // As Entra allows; its own library rounds the time of an assertion up.
        clockTolerance: '5 minutes',
      })
      return true
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error
    }
  }
  return false
}
