import type { IncomingMessage } from 'node:http'
import type { AccountOptions, Accounts } from '../accounts.ts'
import { readBasic } from './basic.ts'
import { type ChannelBindingPolicy, Ntlm } from './ntlm.ts'
import type { TokenIssuer } from './token-issuer.ts'

export const schemes = ['ntlm', 'basic', 'bearer'] as const
export type Scheme = (typeof schemes)[number]

/** How callers may say who they are. Can be changed while the simulator runs. */
export type AuthenticationPolicy = {
  readonly schemes: readonly Scheme[]
  readonly channelBinding: ChannelBindingPolicy
  /** All schemes in one WWW-Authenticate line, as some proxies join them. */
  readonly joinsChallenges: boolean
}

export const defaultAuthentication: AuthenticationPolicy = {
  schemes,
  channelBinding: 'checked',
  joinsChallenges: false,
}

/** `challenges` is what WWW-Authenticate says. */
export type Admission =
  | { kind: 'admitted'; account: AccountOptions }
  | { kind: 'refused'; challenges: string[] }

const invitations: Readonly<Record<Scheme, string>> = {
  ntlm: 'NTLM',
  basic: 'Basic realm="exchange"',
  bearer:
    'Bearer client_id="00000002-0000-0ff1-ce00-000000000000", token_types="app_asserted_user_v1 service_asserted_app_v1"',
}

/** Says who calls, by whichever of Exchange's schemes the policy allows. */
export class Authenticator {
  policy: AuthenticationPolicy
  readonly #accounts: Accounts
  readonly #ntlm: Ntlm
  readonly #tokens: TokenIssuer

  constructor(accounts: Accounts, tokens: TokenIssuer, policy: Partial<AuthenticationPolicy> = {}) {
    this.policy = { ...defaultAuthentication, ...policy }
    this.#accounts = accounts
    this.#tokens = tokens
    this.#ntlm = new Ntlm(accounts)
  }

  /** How often somebody proved a password by NTLM, rightly or not. */
  get ntlmLogons(): number {
    return this.#ntlm.logons
  }

  /** `binding` is what a caller over TLS should show, `undefined` on a plain connection. */
  async admit(request: IncomingMessage, binding: Buffer | undefined): Promise<Admission> {
    const { authorization } = request.headers
    if (authorization === undefined) {
      const account = this.#ntlm.accountOn(request.socket)
      return account && this.#allows('ntlm') ? { kind: 'admitted', account } : this.#refuse()
    }
    const [scheme = '', credentials = ''] = authorization.trim().split(/\s+/, 2)
    switch (this.#allowed(scheme)) {
      case 'basic':
        return this.#admitIf(readBasic(this.#accounts, credentials))
      case 'bearer':
        return this.#admitIf(await this.#tokens.accountOf(credentials))
      case 'ntlm':
        return this.#admitByNtlm(request, credentials, binding)
      default:
        return this.#refuse()
    }
  }

  #admitByNtlm(request: IncomingMessage, token: string, binding: Buffer | undefined): Admission {
    const step = this.#ntlm.take(request.socket, token, this.policy.channelBinding, binding)
    if (step.kind === 'challenge') return { kind: 'refused', challenges: [`NTLM ${step.token}`] }
    return step.kind === 'admitted' ? step : this.#refuse()
  }

  #admitIf(account: AccountOptions | undefined): Admission {
    return account ? { kind: 'admitted', account } : this.#refuse()
  }

  #allowed(scheme: string): Scheme | undefined {
    return this.policy.schemes.find((known) => known === scheme.toLowerCase())
  }

  #allows(scheme: Scheme): boolean {
    return this.policy.schemes.includes(scheme)
  }

  #refuse(): Admission {
    const challenges = schemes.filter((scheme) => this.#allows(scheme)).map((scheme) => invitations[scheme])
    return { kind: 'refused', challenges: this.policy.joinsChallenges ? [challenges.join(', ')] : challenges }
  }
}
