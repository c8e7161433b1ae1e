import type { ShownCertificate } from '@lockstep/exchange/doctor'
import { CommandError, exitCodes, type Terminal } from '../terminal.ts'

type Chain = readonly ShownCertificate[]

/**
 * The certificate to trust, once somebody has confirmed it: by giving its fingerprint, or by answering when asked.
 * @throws {CommandError} if nobody does
 */
export async function chooseCertificate(
  chain: Chain,
  fingerprint: string | undefined,
  { ask }: Terminal,
): Promise<ShownCertificate> {
  if (fingerprint !== undefined) return named(chain, fingerprint)
  const proposed = proposedOf(chain)
  if (!ask) {
    const mend = `Nobody is here to confirm it: compare the fingerprints with what your Exchange administrator tells you, and give the right one with --fingerprint.`
    throw new CommandError(mend, exitCodes.usage)
  }
  const answer = await ask(
    `Trust ${proposed.isAuthority ? 'the authority' : 'the certificate'} ${proposed.subject}\nwith the fingerprint ${proposed.fingerprint}?\nCompare it with what your Exchange administrator tells you. Type "yes" to trust it: `,
  )
  if (answer.trim().toLowerCase() === 'yes') return proposed
  throw new CommandError('Nothing was stored.')
}

/** The highest authority outlives the server's own certificate; a server that shows none has but its own. */
export function proposedOf(chain: Chain): ShownCertificate {
  return chain.findLast(({ isAuthority }) => isAuthority) ?? chain[0]!
}

function named(chain: Chain, fingerprint: string): ShownCertificate {
  const wanted = plain(fingerprint)
  if (!/^[0-9a-f]{64}$/.test(wanted))
    throw new CommandError('--fingerprint: expected a SHA-256 fingerprint, 64 digits', exitCodes.usage)
  const found = chain.find((certificate) => plain(certificate.fingerprint) === wanted)
  if (found) return found
  throw new CommandError(
    'The server shows no certificate with this fingerprint. Nothing was stored: either the fingerprint is of another one, or somebody stands between you and the server.',
  )
}

function plain(fingerprint: string): string {
  return fingerprint
    .replace(/^sha-?256[:=]/i, '')
    .replaceAll(/[\s:]/g, '')
    .toLowerCase()
}
