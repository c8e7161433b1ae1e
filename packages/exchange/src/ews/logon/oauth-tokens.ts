import { ConfidentialClientApplication, type INetworkModule, ServerError } from '@azure/msal-node'
import type { Fresh, Secret } from '../../trust/secret.ts'
import type { Identity } from '../../trust/tls-material.ts'
import { TransportError } from '../transport-error.ts'
import { type LogonGuard, LogonRefused } from './logon-guard.ts'
import { withNewest } from './with-newest.ts'

/** How the application proves who it is. */
export type ApplicationProof =
  | { readonly kind: 'secret'; readonly secret: Secret }
  | { readonly kind: 'certificate'; readonly identity: Fresh<Identity> }

type Deps = {
  /** With the tenant, such as `https://login.microsoftonline.com/contoso.example`. */
  readonly authority: string
  readonly clientId: string
  readonly scope: string
  readonly proof: ApplicationProof
  readonly network: INetworkModule
  readonly guard: LogonGuard
}

/** Tokens of the application for itself, cached, and renewed some minutes before they end. */
export type Tokens = { token(signal: AbortSignal, isRefused?: boolean): Promise<string> }

type Proven = {
  readonly mark: string
  readonly auth: { clientSecret: string } | { clientCertificate: Certificate }
}
type Certificate = { thumbprintSha256: string; privateKey: string; x5c: string }

/** What Entra's error numbers mean for who has to mend it. Others say no more than that it refused. */
const refusals: Readonly<Record<string, string>> = {
  '7000215': 'OAUTH_SECRET_WRONG',
  '7000222': 'OAUTH_SECRET_EXPIRED',
  '700027': 'OAUTH_CERTIFICATE_UNKNOWN',
  '700016': 'OAUTH_APPLICATION_UNKNOWN',
  '7000112': 'OAUTH_APPLICATION_DISABLED',
  '90002': 'OAUTH_TENANT_UNKNOWN',
  '50053': 'OAUTH_LOCKED',
  '70011': 'OAUTH_SCOPE_WRONG',
  '500011': 'OAUTH_SCOPE_WRONG',
  '53003': 'OAUTH_CONDITIONAL_ACCESS',
}

export function createOAuthTokens({ authority, clientId, scope, proof, network, guard }: Deps): Tokens {
  let made: { mark: string; application: ConfidentialClientApplication } | undefined
  let underWay: { skipCache: boolean; token: Promise<string> } | undefined

  /** A changed secret gets an application of its own, and so no token of the old one's cache. */
  function applicationFor({ mark, auth }: Proven): ConfidentialClientApplication {
    if (made?.mark !== mark) {
      const application = new ConfidentialClientApplication({
        // Known, so that nobody but this authority is asked about it.
        auth: { clientId, authority, knownAuthorities: [new URL(authority).host], ...auth },
        system: { networkClient: network, disableInternalRetries: true },
      })
      made = { mark, application }
    }
    return made.application
  }

  function fetch(signal: AbortSignal, skipCache: boolean): Promise<string> {
    const attempt = ({ mark, auth }: Proven) =>
      guard.logOn(mark, signal, async () => {
        const answer = await applicationFor({ mark, auth })
          .acquireTokenByClientCredential({ scopes: [scope], skipCache })
          .catch((error: unknown) => {
            throw failureOf(error)
          })
        if (!answer) throw new LogonRefused('OAUTH_REFUSED')
        return { result: answer.accessToken, proves: true }
      })
    return proof.kind === 'secret'
      ? withNewest(proof.secret, (secret) => attempt({ mark: secret, auth: { clientSecret: secret } }))
      : withNewest(proof.identity, (identity) => attempt(provenBy(identity)))
  }

  return {
    async token(signal, isRefused = false) {
      if (!underWay || (isRefused && !underWay.skipCache)) {
        const fetching = { skipCache: isRefused, token: fetch(signal, isRefused) }
        underWay = fetching
        const forget = () => {
          if (underWay === fetching) underWay = undefined
        }
        void fetching.token.then(forget, forget)
      }
      return underWay.token
    },
  }
}

function provenBy({ chain, key, thumbprintSha256 }: Identity): Proven {
  const privateKey = key.export({ type: 'pkcs8', format: 'pem' })
  return { mark: thumbprintSha256, auth: { clientCertificate: { thumbprintSha256, privateKey, x5c: chain } } }
}

/** What the library throws, in our words. Its messages hold addresses and ids, and are not kept. */
function failureOf(error: unknown): Error {
  if (error instanceof TransportError) return error
  if (error instanceof ServerError) {
    const status = error.status ?? 0
    if (status >= 500 || status === 429)
      return new TransportError('logon', 'OAUTH_UNAVAILABLE', { effect: 'none' })
    return new LogonRefused(refusals[error.errorNo ?? ''] ?? 'OAUTH_REFUSED')
  }
  return new TransportError('logon', 'OAUTH_UNAVAILABLE', { effect: 'none' })
}
