import type { Deadline } from '../deadline.ts'
import { Affinity } from './affinity.ts'
import type { Sender } from './logon/sender.ts'
import { networkFailure } from './network-failure.ts'
import { readSoapAnswer, type SoapAnswer } from './soap-answer.ts'

export type { SoapAnswer } from './soap-answer.ts'

export type TransportOptions = {
  readonly sender: Sender
  readonly userAgent: string
  /** From the start of a call to the last byte of its answer. */
  readonly timeoutMs: number
}

export type Post = {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
  readonly deadline?: Deadline | undefined
}

/** Posts SOAP to one endpoint. */
export type Transport = {
  /** @throws {TransportError} for everything that is no SOAP answer */
  post(post: Post): Promise<SoapAnswer>
  close(): Promise<void>
}

export function createTransport({ sender, userAgent, timeoutMs }: TransportOptions): Transport {
  const affinity = new Affinity()

  async function post({ body, headers, signal, deadline }: Post): Promise<SoapAnswer> {
    const timeout = AbortSignal.timeout(timeoutMs)
    const wire = { sent: false }
    if (signal?.aborted) throw networkFailure(signal.reason, { timedOut: false, aborted: true, ...wire })
    const mailbox = headers['x-anchormailbox'] ?? ''
    const cookie = affinity.headerFor(mailbox)
    try {
      const response = await sender.send({
        body: Buffer.from(body),
        headers: {
          ...headers,
          ...(cookie !== undefined && { cookie }),
          'accept-encoding': 'gzip, deflate',
          'user-agent': userAgent,
        },
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        wire,
        deadline,
      })
      affinity.learn(mailbox, response.headers)
      return await readSoapAnswer(response)
    } catch (error) {
      affinity.forget(mailbox)
      throw networkFailure(error, { timedOut: timeout.aborted, aborted: signal?.aborted ?? false, ...wire })
    }
  }

  return { post, close: () => sender.close() }
}
