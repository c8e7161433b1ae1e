import { createHash, type KeyObject, X509Certificate } from 'node:crypto'
import { getCACertificates } from 'node:tls'
import { KeystoreError, type Keystore } from './keystore.ts'
import { pemOf, readKeystore } from './read-keystore.ts'
import { type Fresh, type SecretSource, secretFrom } from './secret.ts'
import { WatchedFile } from './watched-file.ts'

/** A file with certificates, in any form that we read, and the password that opens it. */
export type CertificateFile = {
  readonly file: string
  /** The private key, where it has a file of its own. PEM. */
  readonly keyFile?: string | undefined
  readonly password?: SecretSource | undefined
}

/** Hears once of each state of a file that cannot be used. */
type OnProblem = (error: Error) => void

export type TrustOptions = {
  /** Trusted instead of the system's authorities: authorities, or servers' own certificates. */
  readonly authorities?: CertificateFile | undefined
  /** What we show to servers that ask for a certificate of ours. */
  readonly client?: CertificateFile | undefined
}

/** What TLS connections are made with. */
export type TlsMaterial = {
  readonly ca?: readonly string[]
  readonly cert?: string
  readonly key?: string
  /** A certificate that is trusted as such needs no authority above it. */
  readonly allowPartialTrustChain: true
}

export type Trust = {
  /** The newest: a changed file counts from the next connection. The same object as long as nothing changed. */
  material(): TlsMaterial
  /** The same with the system's authorities beside our own, for servers that are not the company's. */
  publicMaterial(): TlsMaterial
}

/** A certificate of ours with its private key. */
export type Identity = {
  /** The certificate first, then those above it. PEM. */
  readonly chain: string
  readonly key: KeyObject
  readonly thumbprintSha256: string
  readonly validTo: Date
}

/** @throws {KeystoreError} if a file cannot be used at the start */
export function openTrust({ authorities, client }: TrustOptions): Trust {
  const ca = authorities && openCertificates(authorities)
  const identity = client && openIdentity(client)
  const compose = remembering(
    (own: readonly string[] | undefined, mine: Identity | undefined): TlsMaterial => {
      const certificate = mine && { cert: mine.chain, key: pemOfKey(mine.key) }
      return { allowPartialTrustChain: true, ...(own && { ca: own }), ...certificate }
    },
  )
  const withSystem = remembering((own: readonly string[] | undefined) => ({
    allowPartialTrustChain: true as const,
    ...(own && { ca: [...getCACertificates('default'), ...own] }),
  }))
  return {
    material: () => compose(ca?.current(), identity?.current()),
    publicMaterial: () => withSystem(ca?.current()),
  }
}

/** A certificate of ours from a file: the newest each time. @throws {KeystoreError} */
export function openIdentity(file: CertificateFile, onProblem?: OnProblem): Fresh<Identity> {
  return openFile(file, identityIn, onProblem)
}

/** The certificates in a file, as PEM: the newest each time. @throws {KeystoreError} */
export function openCertificates(file: CertificateFile, onProblem?: OnProblem): Fresh<readonly string[]> {
  return openFile(file, ({ certificates }) => certificates.map(pemOf), onProblem)
}

function identityIn({ certificates, keys: [key] }: Keystore): Identity {
  if (!key) throw new KeystoreError('empty', 'there is no private key in it')
  const all = certificates.map((der) => new X509Certificate(der))
  const own = all.find((certificate) => certificate.checkPrivateKey(key))
  if (!own) throw new KeystoreError('empty', 'its private key belongs to none of its certificates')
  const above = all.filter((certificate) => certificate !== own)
  return {
    chain: [own, ...above].join(''),
    key,
    thumbprintSha256: createHash('sha256').update(own.raw).digest('hex'),
    validTo: new Date(own.validTo),
  }
}

function openFile<Content>(
  { file, keyFile, password }: CertificateFile,
  use: (keystore: Keystore) => Content,
  onProblem?: OnProblem,
): Fresh<Content> {
  const secret = password === undefined ? undefined : secretFrom(password)
  const files = keyFile === undefined ? file : [file, keyFile]
  return new WatchedFile(files, (bytes) => use(readKeystore(bytes, secret?.refresh())), onProblem)
}

function pemOfKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' })
}

/** Computes anew only when the arguments are others than last time. */
function remembering<Args extends readonly unknown[], Result>(compute: (...args: Args) => Result) {
  let last: { args: Args; result: Result } | undefined
  return (...args: Args): Result => {
    if (!last?.args.every((arg, index) => arg === args[index])) last = { args, result: compute(...args) }
    return last.result
  }
}
