import { once } from 'node:events'
import type { EwsCall, EwsParts } from './ews-call.ts'
import type { AnswerStream } from '../soap/stream.ts'
import type { SoapAnswer } from './soap-answer.ts'

const soapType = { 'content-type': 'text/xml; charset=utf-8' }

/** How a call ends: whatever goes back is recorded and kept for the page. */
export class Reply {
  readonly #call: EwsCall
  readonly #parts: EwsParts
  readonly #operation: string
  readonly #mailbox: string
  readonly #startedAt = performance.now()

  constructor(call: EwsCall, parts: EwsParts, operation: string, mailbox: string) {
    this.#call = call
    this.#parts = parts
    this.#operation = operation
    this.#mailbox = mailbox
  }

  async send(answer: SoapAnswer, spoiled?: 'half' | 'malformed'): Promise<void> {
    if ('stream' in answer) return this.#stream(answer.stream, answer.headers)
    if (spoiled) return this.#sendSpoiled(answer.body, spoiled)
    this.#sendWhole(answer)
  }

  /** Sends an answer that is no stream. */
  sendNow(answer: SoapAnswer): void {
    if ('body' in answer) this.#sendWhole(answer)
    else this.drop()
  }

  /** Sends what is no SOAP. */
  sendHttp(answer: { status: number; headers: Record<string, string>; body: string }): void {
    const { status, headers, body } = answer
    this.#note(status, body, `HTTP ${status}`)
    this.#call.response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body)
  }

  /** Breaks the connection without a word. */
  drop(): void {
    this.#note(0, '', 'connection broken')
    this.#call.response.destroy()
  }

  #sendWhole({ status, body, headers }: SoapAnswer & { body: string }): void {
    const bytes = Buffer.from(body)
    this.#parts.core.recorder.record(this.#operation, this.#call.text, body)
    this.#note(status, body)
    this.#call.response.writeHead(status, { ...headers, ...soapType, 'content-length': bytes.length })
    this.#call.response.end(bytes)
  }

  #sendSpoiled(body: string, spoiled: 'half' | 'malformed'): void {
    const { response } = this.#call
    const bytes = Buffer.from(body)
    const half = bytes.subarray(0, Math.floor(bytes.length / 2))
    if (spoiled === 'malformed') {
      this.#note(200, body, 'malformed answer')
      response.writeHead(200, { ...soapType, 'content-length': half.length }).end(half)
      return
    }
    this.#note(200, body, 'half an answer')
    response.writeHead(200, { ...soapType, 'content-length': bytes.length })
    response.write(half, () => response.destroy())
  }

  async #stream(stream: AnswerStream, headers: SoapAnswer['headers']): Promise<void> {
    const { response, text } = this.#call
    const gone = new AbortController()
    const leave = (): void => gone.abort()
    response.once('close', leave)
    this.#parts.signal.addEventListener('abort', leave, { once: true })
    response.writeHead(200, { ...headers, ...soapType })
    response.flushHeaders()
    const sent: string[] = []
    const send = (document: string): void => {
      this.#parts.core.recorder.record(this.#operation, text, document)
      sent.push(document)
      if (sent.length > mostNoted) sent.shift()
      response.write(document)
    }
    try {
      await stream(send, gone.signal)
      if (response.destroyed) return
      response.end()
      await once(response, 'finish', { signal: gone.signal }).catch(() => {})
    } finally {
      this.#parts.signal.removeEventListener('abort', leave)
      this.#note(200, sent.join('\n'))
    }
  }

  #note(status: number, answer: string, outcome?: string): void {
    const { account, text } = this.#call
    this.#parts.core.exchanges.add({
      at: Date.now(),
      ms: performance.now() - this.#startedAt,
      operation: this.#operation,
      account: account.address,
      mailbox: this.#mailbox,
      status,
      request: text,
      answer,
      ...(outcome !== undefined && { outcome }),
    })
  }
}

/** Of a stream only the last documents are kept. */
const mostNoted = 20
