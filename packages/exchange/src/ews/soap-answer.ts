import { promisify } from 'node:util'
import { gunzip, inflate } from 'node:zlib'
import type { Dispatcher } from 'undici'
import { TransportError } from './transport-error.ts'

/** An answer in SOAP: a result, or a fault. */
export type SoapAnswer = { readonly status: 200 | 500; readonly xml: string }

const decoders: Record<string, (bytes: Buffer, limit: { maxOutputLength: number }) => Promise<Buffer>> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
}

/**
 * Reads an answer to its end, or to where it becomes larger than `mostBytes`, packed or unpacked: then the connection is
 * closed. @throws {TransportError} if it is too large, or not SOAP
 */
export async function readSoapAnswer(
  response: Dispatcher.ResponseData,
  mostBytes: number,
): Promise<SoapAnswer> {
  return soapAnswer(response.statusCode, response.headers, await textOf(response, mostBytes))
}

async function textOf({ headers, body }: Dispatcher.ResponseData, mostBytes: number): Promise<string> {
  const decode = decoders[String(headers['content-encoding'] ?? '').toLowerCase()]
  const bytes = await bytesOf(body, mostBytes)
  return (decode ? await unpacked(bytes, decode, mostBytes) : bytes).toString('utf8')
}

async function bytesOf(body: Dispatcher.ResponseData['body'], mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > mostBytes) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function unpacked(
  bytes: Buffer,
  decode: (typeof decoders)[string],
  mostBytes: number,
): Promise<Buffer> {
  try {
    return await decode(bytes, { maxOutputLength: mostBytes })
  } catch (error) {
    throw (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge(error) : error
  }
}

/** Exchange has answered, so that the request may have had its effect. */
function tooLarge(cause?: unknown): TransportError {
  return new TransportError('tooLarge', 'ANSWER_TOO_LARGE', { effect: 'unknown', cause })
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
