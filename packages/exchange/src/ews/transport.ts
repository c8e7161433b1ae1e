import type { Dispatcher } from 'undici'
import type { Deadline } from '../deadline.ts'
import { Affinity } from './affinity.ts'
import { Envelopes } from './envelopes.ts'
import type { Sender } from './logon/sender.ts'
import { networkFailure } from './network-failure.ts'
import { Silence } from './silence.ts'
import { readSoapAnswer, type SoapAnswer } from './soap-answer.ts'

export type { SoapAnswer } from './soap-answer.ts'

export type TransportOptions = {
  readonly sender: Sender
  readonly userAgent: string
  /** From the start of a call to the last byte of its answer. */
  readonly timeoutMs: number
  /** An answer that is larger is not read on. */
  readonly mostAnswerBytes: number
}

export type Post = {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
  readonly deadline?: Deadline | undefined
  /** Whose cookies lead to the right server, if not those of the mailbox in `x-anchormailbox`. */
  readonly affinity?: string | undefined
}

/** What becomes of an answer that goes on for a while. */
export type Reading = {
  /** Told of each SOAP document as it comes. */
  onDocument(xml: string): void
  /** A connection that is silent for longer is dead. */
  readonly silentMs: number
}

/** Posts SOAP to one endpoint. */
export type Transport = {
  /** @throws {TransportError} for everything that is no SOAP answer */
  post(post: Post): Promise<SoapAnswer>
  /**
   * Reads an answer that consists of many documents; resolves when the server has ended it.
   * @throws {TransportError} if the connection breaks or falls silent, or there is no SOAP
   */
  stream(post: Post, reading: Reading): Promise<void>
  close(): Promise<void>
}

export function createTransport(options: TransportOptions): Transport {
  const { sender, userAgent, timeoutMs, mostAnswerBytes } = options
  const affinity = new Affinity()

  type Sending = { signal: AbortSignal; encodings: string; wire: { sent: boolean } }

  async function send(
    { body, headers, deadline, affinity: group }: Post,
    { signal, encodings, wire }: Sending,
  ) {
    const server = group ?? headers['x-anchormailbox'] ?? ''
    const cookie = affinity.headerFor(server)
    const response = await sender.send({
      body: Buffer.from(body),
      headers: {
        ...headers,
        ...(cookie !== undefined && { cookie }),
        'accept-encoding': encodings,
        'user-agent': userAgent,
      },
      signal,
      wire,
      deadline,
    })
    affinity.learn(server, response.headers)
    return response
  }

  /** Sends and reads, until the signal of `limit` or of the caller; what goes wrong is sorted. */
  async function attempt<Result>(
    asked: Post,
    limit: AbortSignal,
    encodings: string,
    readAnswer: (response: Dispatcher.ResponseData) => Promise<Result>,
  ): Promise<Result> {
    const { signal } = asked
    const wire = { sent: false }
    if (signal?.aborted) throw networkFailure(signal.reason, { timedOut: false, aborted: true, ...wire })
    const either = signal ? AbortSignal.any([signal, limit]) : limit
    try {
      return await readAnswer(await send(asked, { signal: either, encodings, wire }))
    } catch (error) {
      if (!signal?.aborted) affinity.forget(asked.affinity ?? asked.headers['x-anchormailbox'] ?? '')
      throw networkFailure(error, { timedOut: limit.aborted, aborted: signal?.aborted ?? false, ...wire })
    }
  }

  const read = (response: Dispatcher.ResponseData) => readSoapAnswer(response, mostAnswerBytes)

  return {
    post: (asked) => attempt(asked, AbortSignal.timeout(timeoutMs), 'gzip, deflate', read),

    async stream(asked, { onDocument, silentMs }) {
      const silence = new Silence(timeoutMs)
      try {
        await attempt(asked, silence.signal, 'identity', async (response) => {
          if (response.statusCode !== 200) return onDocument((await read(response)).xml)
          const envelopes = new Envelopes()
          for await (const chunk of response.body) {
            silence.heard(silentMs)
            for (const envelope of envelopes.push(chunk as Buffer)) onDocument(envelope)
          }
        })
      } finally {
        silence.end()
      }
    },

    close: () => sender.close(),
  }
}
