import type { AuthOptions } from '../ews/create-sender.ts'
import { type CertificateFact, type CertificateUse, factOf } from './certificate-fact.ts'
import { readKeystore } from './read-keystore.ts'
import { secretFrom } from './secret.ts'
import type { CertificateFile, TrustOptions } from './tls-material.ts'
import { WatchedFile } from './watched-file.ts'

const dayMs = 86_400_000

type Owner = { readonly trust?: TrustOptions | undefined; readonly auth: AuthOptions }

/**
 * What is our own and ends without a word from any server: of the certificates in each file the first to end, read anew
 * when the file changes, and the client secret, if its end is known. @throws {KeystoreError} if a file cannot be used at the start
 */
export function openOwnCertificates({ trust = {}, auth }: Owner): () => CertificateFact[] {
  const oauth = auth.kind === 'oauth' && 'certificate' in auth.proof ? auth.proof.certificate : undefined
  const files: [CertificateUse, CertificateFile | undefined][] = [
    ['client', trust.client],
    ['oauth', oauth],
    ['authority', trust.authorities],
  ]
  const watched = files.flatMap(([use, file]) => (file ? [{ use, ends: watch(file) }] : []))
  const endMs = auth.kind === 'oauth' && 'secret' in auth.proof ? auth.proof.endMs : undefined
  return () => [
    ...watched.map(({ use, ends }) => factOf(use, ends.current(), Date.now())),
    ...(endMs === undefined ? [] : [secretFact(endMs)]),
  ]
}

function watch({ file, password }: CertificateFile): WatchedFile<Buffer> {
  const secret = password === undefined ? undefined : secretFrom(password)
  return new WatchedFile(file, (bytes) => {
    const { certificates } = readKeystore(bytes, secret?.refresh())
    return certificates.toSorted((a, b) => endOf(a) - endOf(b))[0]!
  })
}

function secretFact(validToMs: number): CertificateFact {
  const daysLeft = Math.floor((validToMs - Date.now()) / dayMs)
  return { use: 'secret', fingerprint: new Date(validToMs).toISOString(), validToMs, daysLeft }
}

function endOf(certificate: Buffer): number {
  return factOf('client', certificate, 0).validToMs
}
