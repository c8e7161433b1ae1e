import { TLSSocket } from 'node:tls'
import { Agent, type buildConnector, Client, type Dispatcher } from 'undici'
import { type CertificateFact, factOf } from '../trust/certificate-fact.ts'
import {
  type CertificateFile,
  openIdentity,
  openTrust,
  type Trust,
  type TrustOptions,
} from '../trust/tls-material.ts'
import { secretFrom, type SecretSource } from '../trust/secret.ts'
import { createConnector } from './connections/connector.ts'
import { proxyFor, type WaysOut } from './connections/ways-out.ts'
import { createAuthorityNetwork } from './logon/authority-network.ts'
import { createBasicSender } from './logon/basic-sender.ts'
import { LogonGuard } from './logon/logon-guard.ts'
import type { LogonMemory } from './logon/logon-memory.ts'
import { type ChannelBindingMode, createNtlmSender } from './logon/ntlm-sender.ts'
import type { Channel } from './logon/ntlm-slot.ts'
import { createOAuthSender } from './logon/oauth-sender.ts'
import { createOAuthTokens } from './logon/oauth-tokens.ts'
import type { Sender } from './logon/sender.ts'

/** Who we are, and how it is proven. */
export type AuthOptions =
  | { readonly kind: 'basic'; readonly username: string; readonly password: SecretSource }
  | {
      readonly kind: 'ntlm'
      /** `DOMAIN\user` or `user@domain`. */
      readonly username: string
      readonly password: SecretSource
      readonly channelBinding: ChannelBindingMode
    }
  | OAuthOptions

export type OAuthOptions = {
  readonly kind: 'oauth'
  /** With the tenant, such as `https://login.microsoftonline.com/contoso.example`. */
  readonly authority: string
  readonly clientId: string
  readonly scope: string
  /** `endMs`: when the secret ends, if somebody said so. */
  readonly proof:
    | { readonly secret: SecretSource; readonly endMs?: number }
    | { readonly certificate: CertificateFile }
}

export type SenderOptions = {
  readonly url: string
  readonly auth: AuthOptions
  readonly trust?: TrustOptions | undefined
  readonly waysOut?: WaysOut | undefined
  readonly timeoutMs: number
  /** The most sockets that are open at a time. */
  readonly connections: number
  readonly memory: LogonMemory
  /** Told of the server's certificate at each new connection. */
  readonly onCertificate?: ((fact: CertificateFact) => void) | undefined
}

/** Exchange and the proxies before it drop idle connections after two minutes at the earliest. */
const keepAliveMs = 90_000
const connectTimeoutMs = 10_000
const limits = {
  pipelining: 1,
  keepAliveTimeout: keepAliveMs,
  keepAliveMaxTimeout: keepAliveMs,
  headersTimeout: 0,
  bodyTimeout: 0,
}

/** The way to one endpoint for one account: connections, trust, ways out and logon. @throws {KeystoreError} */
export function createSender(options: SenderOptions): Sender {
  const { url, auth, connections, memory } = options
  const trust = openTrust(options.trust ?? {})
  const guard = new LogonGuard({ memory })
  const agent = () => new Agent({ ...limits, connections, connect: connectorTo(url, trust, options) })
  switch (auth.kind) {
    case 'basic': {
      const { username } = auth
      return createBasicSender({
        url,
        username,
        password: secretFrom(auth.password),
        dispatcher: agent(),
        guard,
      })
    }
    case 'ntlm': {
      const { username, channelBinding } = auth
      const openChannel = () => channelTo(url, trust, options)
      const password = secretFrom(auth.password)
      return createNtlmSender({ url, username, password, channelBinding, guard, connections, openChannel })
    }
    case 'oauth':
      return oauthSender(auth, agent(), trust, guard, options)
  }
}

function oauthSender(
  auth: OAuthOptions,
  dispatcher: Dispatcher,
  trust: Trust,
  guard: LogonGuard,
  options: SenderOptions,
): Sender {
  const { authority, clientId, scope, proof } = auth
  const connect = connectorTo(authority, { ...trust, material: trust.publicMaterial }, options, false)
  const authorityDispatcher = new Agent({ ...limits, connections: 1, connect })
  const tokens = createOAuthTokens({
    authority,
    clientId,
    scope,
    proof:
      'secret' in proof
        ? { kind: 'secret', secret: secretFrom(proof.secret) }
        : { kind: 'certificate', identity: openIdentity(proof.certificate) },
    network: createAuthorityNetwork({
      authority,
      dispatcher: authorityDispatcher,
      timeoutMs: options.timeoutMs,
    }),
    guard,
  })
  const close = async () => {
    await Promise.all([dispatcher.destroy(), authorityDispatcher.destroy()])
  }
  return createOAuthSender({ url: options.url, tokens, dispatcher, close })
}

type OnConnect = (socket: Parameters<buildConnector.Callback>[1]) => void

function connectorTo(
  url: string,
  trust: Trust,
  { waysOut = {}, timeoutMs, onCertificate }: SenderOptions,
  tells = true,
  onConnect?: OnConnect,
): buildConnector.connector {
  return createConnector({
    material: trust.material,
    proxy: proxyFor(new URL(url), waysOut),
    timeoutMs: Math.min(connectTimeoutMs, timeoutMs),
    onConnect(socket) {
      onConnect?.(socket)
      const certificate = certificateOf(socket)
      if (tells && certificate) onCertificate?.(factOf('server', certificate, Date.now()))
    },
  })
}

/** One connection at a time, of which is known which it is and whose certificate it showed. */
function channelTo(url: string, trust: Trust, options: SenderOptions): Channel {
  let opened = 0
  let isOpen = false
  let certificate: Buffer | undefined
  const connect = connectorTo(url, trust, options, true, (socket) => {
    opened += 1
    isOpen = true
    certificate = certificateOf(socket)
  })
  const dispatcher = new Client(new URL(url).origin, { ...limits, connect })
  dispatcher.on('disconnect', () => (isOpen = false))
  return { dispatcher, connection: () => (isOpen ? opened : 0), certificate: () => certificate }
}

function certificateOf(socket: Parameters<buildConnector.Callback>[1]): Buffer | undefined {
  return socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.raw : undefined
}
