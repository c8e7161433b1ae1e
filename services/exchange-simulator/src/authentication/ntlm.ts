import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Socket } from 'node:net'
import { type AccountOptions, type Accounts, findAccount } from '../accounts.ts'
import { avId, avPairsOf, messageType, readAuthenticate, writeChallenge } from './ntlm-messages.ts'
import { type Handshake, provesPassword } from './ntlm-proof.ts'

/** How strictly a client must bind its proof to the TLS connection that carries it (Extended Protection). */
export type ChannelBindingPolicy = 'ignored' | 'checked' | 'required'

export type NtlmStep =
  | { kind: 'challenge'; token: string }
  | { kind: 'admitted'; account: AccountOptions }
  | { kind: 'refused' }

type Connection = { handshake: Handshake } | { account: string }

/** NTLM proves who is at the other end of one TCP connection, and of no other. */
export class Ntlm {
  readonly #accounts: Accounts
  readonly #connections = new WeakMap<Socket, Connection>()
  /** How often somebody answered a challenge, rightly or not. */
  logons = 0

  constructor(accounts: Accounts) {
    this.#accounts = accounts
  }

  /** Who was let in on this connection earlier. */
  accountOn(socket: Socket): AccountOptions | undefined {
    const connection = this.#connections.get(socket)
    return connection && 'account' in connection ? this.#accounts.get(connection.account) : undefined
  }

  /** Takes the next message of a handshake. `binding` is what the connection's own certificate asks for. */
  take(socket: Socket, token: string, policy: ChannelBindingPolicy, binding: Buffer | undefined): NtlmStep {
    const message = Buffer.from(token, 'base64')
    const type = messageType(message)
    if (type === 1) return this.#challenge(socket, message)
    const known = this.#connections.get(socket)
    // One answer for each challenge: a second try begins anew.
    this.#connections.delete(socket)
    if (type === 3) this.logons++
    if (type !== 3 || !known || !('handshake' in known)) return { kind: 'refused' }
    const account = this.#prove(message, known.handshake, policy, binding)
    if (!account) return { kind: 'refused' }
    this.#connections.set(socket, { account: account.address.toLowerCase() })
    return { kind: 'admitted', account }
  }

  #challenge(socket: Socket, negotiateMessage: Buffer): NtlmStep {
    const challenge = randomBytes(8)
    const challengeMessage = writeChallenge(challenge, negotiateMessage, Date.now())
    this.#connections.set(socket, { handshake: { challenge, negotiateMessage, challengeMessage } })
    return { kind: 'challenge', token: challengeMessage.toString('base64') }
  }

  #prove(
    message: Buffer,
    handshake: Handshake,
    policy: ChannelBindingPolicy,
    binding: Buffer | undefined,
  ): AccountOptions | undefined {
    const given = readAuthenticate(message)
    const account = given && findAccount(this.#accounts, given.user)
    if (!given || account?.password === undefined || account.isLocked) return undefined
    if (!provesPassword(given, account.password, handshake)) return undefined
    const shown = avPairsOf(given.ntResponse).get(avId.channelBindings)
    return isBound(shown, policy, binding) ? account : undefined
  }
}

function isBound(
  shown: Buffer | undefined,
  policy: ChannelBindingPolicy,
  wanted: Buffer | undefined,
): boolean {
  if (policy === 'ignored') return true
  const isShown = shown?.length === 16 && shown.some((byte) => byte !== 0)
  if (!isShown) return policy === 'checked'
  return wanted !== undefined && timingSafeEqual(shown, wanted)
}
