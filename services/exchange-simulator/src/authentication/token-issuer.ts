import { generateKeyPair, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { errors, exportJWK, type JWK, jwtVerify, SignJWT } from 'jose'
import type { AccountOptions, Accounts, ApplicationOptions } from '../accounts.ts'
import { isSameText } from './basic.ts'
import { isSignedBy } from './client-assertion.ts'

export const ewsResource = 'https://outlook.office365.com'

const lifetimeSeconds = 3_599
const keyId = 'exchange-simulator'
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const createKeys = promisify(generateKeyPair)

/** Why no token was given, in the words of Entra. */
export class TokenError extends Error {
  override name = 'TokenError'
  readonly status: number
  readonly error: string
  readonly number: number

  constructor(status: number, error: string, number: number, message: string) {
    super(`AADSTS${number}: ${message}`)
    this.status = status
    this.error = error
    this.number = number
  }
}

export type TokenAnswer = {
  token_type: 'Bearer'
  expires_in: number
  ext_expires_in: number
  access_token: string
}

/** Gives tokens to applications for themselves, and knows its own tokens again. */
export class TokenIssuer {
  readonly #accounts: Accounts
  #keys: ReturnType<typeof createRsaKeys> | undefined
  #issued = 0
  #refused = 0

  get issued(): number {
    return this.#issued
  }

  get refused(): number {
    return this.#refused
  }

  /** Makes all tokens given so far worthless. */
  revoke(): void {
    this.#keys = undefined
  }

  constructor(accounts: Accounts) {
    this.#accounts = accounts
  }

  /** Answers one request for a token. `endpoint` is its own address: assertions are made out to it. */
  async issue(form: URLSearchParams, endpoint: string, issuer: string): Promise<TokenAnswer> {
    if (form.get('grant_type') !== 'client_credentials') {
      throw new TokenError(400, 'unsupported_grant_type', 70_003, 'The grant type is not supported.')
    }
    const scope = form.get('scope') ?? ''
    if (!scope.split(' ').some((asked) => asked.endsWith('/.default'))) {
      throw new TokenError(
        400,
        'invalid_scope',
        70_011,
        `The scope '${scope}' is not valid: ask for /.default.`,
      )
    }
    const account = await this.#counted(this.#clientOf(form, endpoint))
    this.#issued++
    return {
      token_type: 'Bearer',
      expires_in: lifetimeSeconds,
      ext_expires_in: lifetimeSeconds,
      access_token: await this.#sign(account, issuer, scope.slice(0, scope.indexOf('/.default'))),
    }
  }

  /** The application that a token was given to; `undefined` for a token that is not ours, not valid or not for EWS. */
  async accountOf(token: string): Promise<AccountOptions | undefined> {
    const { publicKey } = await this.#ownKeys()
    try {
      const { payload } = await jwtVerify(token, publicKey, { audience: ewsResource, algorithms: ['RS256'] })
      return this.#accounts.get(String(payload['appid']).toLowerCase())
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined
      throw error
    }
  }

  /** The keys with which tokens can be checked. */
  async keySet(): Promise<{ keys: JWK[] }> {
    const { publicKey } = await this.#ownKeys()
    return { keys: [{ ...(await exportJWK(publicKey)), kid: keyId, use: 'sig', alg: 'RS256' }] }
  }

  async #counted(client: Promise<AccountOptions>): Promise<AccountOptions> {
    try {
      return await client
    } catch (error) {
      this.#refused++
      throw error
    }
  }

  async #clientOf(form: URLSearchParams, endpoint: string): Promise<AccountOptions> {
    const clientId = form.get('client_id') ?? ''
    const account = this.#accounts.get(clientId.toLowerCase())
    if (!account?.application) {
      throw new TokenError(400, 'unauthorized_client', 700_016, `Application '${clientId}' was not found.`)
    }
    const { certificates = [] } = account.application
    const secret = form.get('client_secret')
    if (secret !== null) {
      proveSecret(account.application, secret)
      return account
    }
    if (form.get('client_assertion_type') !== assertionType) {
      throw new TokenError(
        401,
        'invalid_client',
        7_000_218,
        "'client_assertion' or 'client_secret' is missing.",
      )
    }
    const assertion = form.get('client_assertion') ?? ''
    if (await isSignedBy(certificates, assertion, { clientId, endpoint })) return account
    throw new TokenError(401, 'invalid_client', 700_027, 'The client assertion failed signature validation.')
  }

  async #sign({ address, impersonates }: AccountOptions, issuer: string, audience: string): Promise<string> {
    const { privateKey } = await this.#ownKeys()
    const claims = {
      appid: address,
      appidacr: '1',
      idtyp: 'app',
      ver: '1.0',
      roles: impersonates ? ['full_access_as_app'] : [],
    }
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: keyId })
      .setIssuer(issuer)
      .setAudience(audience)
      .setJti(randomUUID())
      .setIssuedAt()
      .setNotBefore('0s')
      .setExpirationTime(`${lifetimeSeconds}s`)
      .sign(privateKey)
  }

  // Made when the first token is asked for, since most runs ask for none.
  #ownKeys(): ReturnType<typeof createRsaKeys> {
    this.#keys ??= createRsaKeys()
    return this.#keys
  }
}

function proveSecret({ secrets = [], expiredSecrets = [] }: ApplicationOptions, secret: string): void {
  const isOneOf = (known: readonly string[]) => known.some((text) => isSameText(text, secret))
  if (isOneOf(secrets)) return
  throw isOneOf(expiredSecrets)
    ? new TokenError(401, 'invalid_client', 7_000_222, 'The provided client secret keys are expired.')
    : new TokenError(401, 'invalid_client', 7_000_215, 'Invalid client secret provided.')
}

function createRsaKeys() {
  return createKeys('rsa', { modulusLength: 2048 })
}
