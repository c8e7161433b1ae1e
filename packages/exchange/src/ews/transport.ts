import { promisify } from 'node:util'
import { gunzip, inflate } from 'node:zlib'
import { Agent, type Dispatcher, request } from 'undici'
import type { Authentication } from './authentication.ts'
import { TransportError } from './transport-error.ts'

export type TransportOptions = {
  readonly url: string
  readonly authentication: Authentication
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string
  readonly userAgent: string
  /** From the start of a call to the last byte of its answer. */
  readonly timeoutMs: number
  /** The most sockets that are open at a time. */
  readonly connections: number
}

export type Post = {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
}

/** An answer in SOAP: a result, or a fault. */
export type SoapAnswer = { readonly status: 200 | 500; readonly xml: string }

/** Posts SOAP to one endpoint. */
export type Transport = {
  /** @throws {TransportError} for everything that is no SOAP answer */
  post(post: Post): Promise<SoapAnswer>
  close(): Promise<void>
}

/** Exchange and the proxies before it drop idle connections after two minutes at the earliest. */
const keepAliveMs = 90_000
const connectTimeoutMs = 10_000
const decoders: Record<string, (bytes: Buffer) => Promise<Buffer>> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
}

export function createTransport(options: TransportOptions): Transport {
  const { url, authentication, ca, userAgent, timeoutMs, connections } = options
  const agent = new Agent({
    connections,
    pipelining: 1,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: Math.min(connectTimeoutMs, timeoutMs), ...(ca && { ca }) },
  })

  async function post({ body, headers, signal }: Post): Promise<SoapAnswer> {
    const timeout = AbortSignal.timeout(timeoutMs)
    const wire = { sent: false }
    if (signal?.aborted) throw networkFailure(signal.reason, { timedOut: false, aborted: true, ...wire })
    try {
      const bytes = Buffer.from(body)
      const response = await request(url, {
        method: 'POST',
        dispatcher: noting(agent, wire),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        body: bytes,
        headers: {
          ...headers,
          authorization: await authentication.authorization(),
          'content-length': String(bytes.length),
          'accept-encoding': 'gzip, deflate',
          'user-agent': userAgent,
        },
      })
      return soapAnswer(response.statusCode, response.headers, await textOf(response))
    } catch (error) {
      if (error instanceof TransportError) throw error
      throw networkFailure(error, { timedOut: timeout.aborted, aborted: signal?.aborted ?? false, ...wire })
    }
  }

  return { post, close: () => agent.destroy() }
}

/** Notes when a request is handed to a connected socket: until then it cannot have had an effect. */
function noting(agent: Agent, wire: { sent: boolean }): Dispatcher {
  return agent.compose(
    (dispatch) => (options, handler) =>
      dispatch(options, {
        ...forwarding(handler),
        onRequestStart(controller, context) {
          wire.sent = true
          handler.onRequestStart?.(controller, context)
        },
      }),
  )
}

function forwarding(handler: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler {
  return {
    onRequestUpgrade: (...event) => handler.onRequestUpgrade?.(...event),
    onResponseStart: (...event) => handler.onResponseStart?.(...event),
    onResponseData: (...event) => handler.onResponseData?.(...event),
    onResponseEnd: (...event) => handler.onResponseEnd?.(...event),
    onResponseError: (...event) => handler.onResponseError?.(...event),
  }
}

async function textOf({ headers, body }: Dispatcher.ResponseData): Promise<string> {
  const decode = decoders[String(headers['content-encoding'] ?? '').toLowerCase()]
  if (!decode) return body.text()
  return (await decode(Buffer.from(await body.arrayBuffer()))).toString('utf8')
}

function soapAnswer(status: number, headers: Dispatcher.ResponseData['headers'], text: string): SoapAnswer {
  if (/<(?:\w+:)?Envelope[\s>]/.test(text.slice(0, 400))) {
    if (status === 500) return { status, xml: text }
    // Some servers answer faults with 200.
    if (status === 200)
      return { status: /<(?:\w+:)?Fault[\s>]/.test(text.slice(0, 4_000)) ? 500 : 200, xml: text }
  }
  const code = status === 200 ? 'NO_SOAP' : `HTTP_${status}`
  const retryAfterMs = retryAfter(headers['retry-after'])
  throw new TransportError('http', code, {
    status,
    // A request that was turned away at the door had no effect; one that the server broke at may have had.
    effect: status === 200 || (status >= 500 && status !== 503) ? 'unknown' : 'none',
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  })
}

function retryAfter(header: string | string[] | undefined): number | undefined {
  const text = [header ?? []].flat()[0]
  if (!text) return undefined
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now()
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}

type Circumstances = { timedOut: boolean; aborted: boolean; sent: boolean }

function networkFailure(cause: unknown, { timedOut, aborted, sent }: Circumstances): TransportError {
  const effect = sent ? 'unknown' : 'none'
  if (aborted) return new TransportError('aborted', 'ABORTED', { effect, cause })
  if (timedOut) return new TransportError('timeout', 'TIMEOUT', { effect, cause })
  return new TransportError('network', networkCode(cause), { effect, cause })
}

/** The code that Node or undici gives, such as ECONNREFUSED. Never the message: it may hold an address. */
function networkCode(cause: unknown): string {
  const { code } = cause as { code?: unknown }
  return typeof code === 'string' ? code : 'NETWORK'
}
