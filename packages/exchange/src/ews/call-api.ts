import type { IXHRApi, IXHROptions } from 'ews-javascript-api'
import { parseSoap } from './mends/parse-soap.ts'
import { type Post, type SoapAnswer, type Transport } from './transport.ts'
import { TransportError } from './transport-error.ts'

type XhrResult = Awaited<ReturnType<IXHRApi['xhr']>>

/** The library's way to our transport, for one call. Keeps what went wrong, of which the library tells but half. */
export class CallApi implements IXHRApi {
  readonly apiName = 'undici'
  failure: TransportError | undefined
  readonly #transport: Transport
  readonly #options: Pick<Post, 'headers' | 'signal' | 'deadline' | 'affinity'>

  constructor(transport: Transport, options: Pick<Post, 'headers' | 'signal' | 'deadline' | 'affinity'>) {
    this.#transport = transport
    this.#options = options
  }

  async xhr(request: IXHROptions): Promise<XhrResult> {
    const body = String(request.data)
    // The library parses the request again after each answer, for a log that nobody reads.
    request.data = '<x/>'
    let answer: SoapAnswer
    try {
      answer = await this.#transport.post({
        body,
        headers: this.#headers(request),
        signal: this.#options.signal,
        deadline: this.#options.deadline,
        affinity: this.#options.affinity,
      })
      // A fault that is not XML would make the library wait for ever.
      if (answer.status === 500) proveReadable(answer.xml)
    } catch (error) {
      this.failure = error as TransportError
      // Nor does it survive a 500 without SOAP. The truth is in `failure`.
      throw xhrResult(502, '')
    }
    if (answer.status === 500) throw xhrResult(500, answer.xml)
    return xhrResult(200, answer.xml)
  }

  xhrStream(): Promise<XhrResult> {
    return Promise.reject(new Error('this transport does not stream'))
  }

  disconnect(): void {}

  #headers(request: IXHROptions): Record<string, string> {
    const own = { ...(request.headers as Record<string, string> | undefined), ...this.#options.headers }
    const headers = Object.fromEntries(
      Object.entries(own).map(([name, value]) => [name.toLowerCase(), value]),
    )
    // The library's are placeholders; the transport knows the real ones.
    delete headers['authorization']
    delete headers['accept-encoding']
    return headers
  }
}

function proveReadable(xml: string): void {
  try {
    parseSoap(xml)
  } catch (cause) {
    throw new TransportError('malformed', 'MALFORMED_FAULT', { status: 500, effect: 'unknown', cause })
  }
}

function xhrResult(status: number, responseText: string): XhrResult {
  return {
    status,
    responseText,
    statusText: '',
    headers: {},
    getResponseHeader: () => null,
    getAllResponseHeaders: () => '',
  }
}
