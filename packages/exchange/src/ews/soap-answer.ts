import { promisify } from 'node:util'
import { gunzip, inflate } from 'node:zlib'
import type { Dispatcher } from 'undici'
import { TransportError } from './transport-error.ts'

/** An answer in SOAP: a result, or a fault. */
export type SoapAnswer = { readonly status: 200 | 500; readonly xml: string }

const decoders: Record<string, (bytes: Buffer) => Promise<Buffer>> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
}

/** Reads an answer to its end. @throws {TransportError} if it is not SOAP */
export async function readSoapAnswer(response: Dispatcher.ResponseData): Promise<SoapAnswer> {
  return soapAnswer(response.statusCode, response.headers, await textOf(response))
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
