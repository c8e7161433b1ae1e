import type { Dispatcher } from 'undici'
import { TransportError } from '../transport-error.ts'
import { LogonRefused } from './logon-guard.ts'
import { answerChallenge } from './ntlm/answer-challenge.ts'
import { channelBindingOf } from './ntlm/channel-binding.ts'
import { negotiateMessage } from './ntlm/messages.ts'
import { postOnce } from './post-once.ts'
import type { EwsRequest } from './sender.ts'

/** One connection, opened anew by itself when it breaks. */
export type Channel = {
  readonly dispatcher: Dispatcher
  /** Counts up each time it is opened; 0 while there is none. */
  connection(): number
  /** The server's certificate on the present connection (DER), where there is TLS. */
  certificate(): Buffer | undefined
}

export type Proof = { readonly username: string; readonly password: string; readonly binds: boolean }

/** A server or proxy that closes connections in the middle of a handshake gets this many tries. */
const mostTries = 3

/** One connection with the logon that belongs to it, and is gone with it. */
export class NtlmSlot {
  readonly #url: string
  readonly #channel: Channel
  /** The connection that is logged on. */
  #loggedOn = 0
  #didBind = false

  constructor(url: string, channel: Channel) {
    this.#url = url
    this.#channel = channel
  }

  get isLoggedOn(): boolean {
    return this.#loggedOn !== 0 && this.#loggedOn === this.#channel.connection()
  }

  /** Whether the last proof was bound to its connection. */
  get didBind(): boolean {
    return this.#didBind
  }

  post(request: EwsRequest): Promise<Dispatcher.ResponseData> {
    return postOnce(this.#url, this.#channel.dispatcher, request)
  }

  /** Logs the connection on, the last message carrying the request. @throws {LogonRefused} */
  async logOn(request: EwsRequest, proof: Proof): Promise<Dispatcher.ResponseData> {
    for (let tries = 1; ; tries += 1) {
      this.#loggedOn = 0
      const answer = await this.#answer(request, proof)
      const { connection } = answer
      const response = await this.post(withProof(request, answer.message))
      if (response.statusCode !== 401) {
        this.#loggedOn = connection
        return response
      }
      await response.body.dump()
      // On another connection than its challenge the proof counts for nothing: that says nothing of the password.
      if (connection === this.#channel.connection()) throw new LogonRefused()
      request.wire.sent = false
      if (tries === mostTries) throw unstable()
    }
  }

  close(): Promise<void> {
    return this.#channel.dispatcher.destroy()
  }

  async #answer(request: EwsRequest, { username, password, binds }: Proof) {
    const negotiate = negotiateMessage()
    const greeting = { ...withProof(request, negotiate), body: Buffer.alloc(0), wire: { sent: false } }
    const response = await this.post(greeting)
    await response.body.dump()
    const certificate = this.#channel.certificate()
    this.#didBind = binds && certificate !== undefined
    const challenge = challengeIn(response)
    const message = answerChallenge(
      { username, password },
      {
        negotiate,
        challenge,
        host: new URL(this.#url).hostname,
        channelBinding: binds && certificate ? channelBindingOf(certificate) : undefined,
      },
    )
    if (!message) throw notOffered(response)
    return { message, connection: this.#channel.connection() }
  }
}

function withProof(request: EwsRequest, message: Buffer): EwsRequest {
  const authorization = `NTLM ${message.toString('base64')}`
  return { ...request, headers: { ...request.headers, authorization } }
}

/** The challenge, wherever it stands: some proxies join all schemes in one line. */
function challengeIn(response: Dispatcher.ResponseData): Buffer {
  const schemes = [response.headers['www-authenticate'] ?? []].flat().flatMap((line) => line.split(','))
  const [, token] = schemes.map((scheme) => /^\s*NTLM\s+([\w+/=]+)\s*$/i.exec(scheme)).find(Boolean) ?? []
  if (token === undefined) throw notOffered(response)
  return Buffer.from(token, 'base64')
}

function notOffered({ statusCode: status, headers }: Dispatcher.ResponseData): TransportError {
  if (status === 401 || status === 200)
    return new TransportError('logon', 'NTLM_NOT_OFFERED', { effect: 'none' })
  const seconds = Number([headers['retry-after'] ?? []].flat()[0] ?? Number.NaN)
  return new TransportError('http', `HTTP_${status}`, {
    status,
    effect: 'none',
    ...(Number.isFinite(seconds) && { retryAfterMs: seconds * 1_000 }),
  })
}

function unstable(): TransportError {
  return new TransportError('network', 'NTLM_CONNECTION_CLOSED', { effect: 'none' })
}
