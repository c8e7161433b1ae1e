import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { type AccountOptions, authenticate } from '../accounts.ts'
import type { FaultEffect, Faults, Occasion } from '../faults.ts'
import { readEnvelope, type RequestEnvelope } from '../soap/envelope.ts'
import { EwsError, serverBusy } from '../soap/errors.ts'
import { type EwsService, faultAnswer, itemIdsIn, type SoapAnswer } from './ews-service.ts'
import type { Recorder } from './recorder.ts'
import { readText } from './read-text.ts'
import { sendStream } from './send-stream.ts'
import type { Traffic } from './traffic.ts'

export const ewsPath = '/EWS/Exchange.asmx'

const largestRequest = 64 * 1024 * 1024

type Parts = {
  accounts: ReadonlyMap<string, AccountOptions>
  service: EwsService
  faults: Faults
  traffic: Traffic
  recorder: Recorder
  onUnexpected: (error: unknown) => void
  /** Ends what still waits when the simulator closes. */
  signal: AbortSignal
}

/** How a call goes on after the faults had their say. */
type Verdict =
  | { kind: 'perform' }
  | { kind: 'performAndDrop' }
  | { kind: 'drop'; performAfterMs?: number }
  | { kind: 'soap'; answer: SoapAnswer }
  | { kind: 'http'; status: number; headers: Record<string, string>; body: string }

/** The EWS endpoint as an HTTP request listener. */
export function createEwsEndpoint(parts: Parts): RequestListener {
  return (request, response) => {
    answerCall(request, response, parts).catch((error: unknown) => {
      if (response.destroyed || parts.signal.aborted) return
      parts.onUnexpected(error)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  }
}

async function answerCall(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  const path = (request.url ?? '').split('?')[0] ?? ''
  if (path.toLowerCase() !== ewsPath.toLowerCase()) return send(request, response, 404, {}, '')
  const account = authenticate(parts.accounts, request.headers.authorization)
  if (!account) return send(request, response, 401, { 'www-authenticate': 'Basic realm="exchange"' }, '')
  if (request.method !== 'POST') return send(request, response, 405, { allow: 'POST' }, '')

  const end = parts.traffic.begin(account.address)
  try {
    await answerPost(await readText(request, largestRequest), account, response, parts)
  } finally {
    end()
  }
}

async function answerPost(
  text: string,
  account: AccountOptions,
  response: ServerResponse,
  parts: Parts,
): Promise<void> {
  const envelope = parse(text)
  if ('status' in envelope) return sendSoap(response, 'Unreadable', text, envelope, parts)
  const operation = envelope.operation.name
  parts.traffic.count(operation)
  const occasion: Occasion = {
    operation,
    mailbox: envelope.impersonated ?? account.address,
    itemIds: parts.faults.active.some(({ itemId }) => itemId) ? itemIdsIn(envelope.operation) : [],
  }
  const latency = parts.faults.strike(occasion, 'latency')
  if (latency) await wait(latency.ms, undefined, { signal: parts.signal })

  const verdict = judge(parts.faults, occasion)
  switch (verdict.kind) {
    case 'perform':
      return sendSoap(response, operation, text, parts.service.perform(envelope, account), parts)
    case 'performAndDrop':
      parts.service.perform(envelope, account)
      return void response.destroy()
    case 'drop':
      response.destroy()
      if (verdict.performAfterMs === undefined) return
      await wait(verdict.performAfterMs, undefined, { signal: parts.signal })
      return void parts.service.perform(envelope, account)
    case 'soap':
      return sendSoap(response, operation, text, verdict.answer, parts)
    default:
      response.writeHead(verdict.status, verdict.headers).end(verdict.body)
  }
}

const callFaults = [
  'busyFault',
  'unavailable',
  'emptyError',
  'htmlError',
  'fault',
  'dropBeforeEffect',
  'dropAfterEffect',
  'lateEffect',
] as const

function judge(faults: Faults, occasion: Occasion): Verdict {
  const fault = faults.strike(occasion, ...callFaults)
  return fault ? verdictOf(fault) : { kind: 'perform' }
}

function verdictOf(fault: Extract<FaultEffect, { kind: (typeof callFaults)[number] }>): Verdict {
  switch (fault.kind) {
    case 'busyFault':
      return { kind: 'soap', answer: faultAnswer(serverBusy(fault.backOffMs)) }
    case 'fault':
      return {
        kind: 'soap',
        answer: faultAnswer(new EwsError(fault.code, 'The simulator was asked to fail.')),
      }
    case 'unavailable': {
      const seconds = fault.retryAfterSeconds
      const headers = seconds === undefined ? {} : { 'retry-after': String(seconds) }
      return { kind: 'http', status: 503, headers, body: 'Service Unavailable' }
    }
    case 'emptyError':
      return { kind: 'http', status: 500, headers: { 'content-length': '0' }, body: '' }
    case 'htmlError':
      return { kind: 'http', status: 500, headers: { 'content-type': 'text/html' }, body: htmlError }
    case 'dropBeforeEffect':
      return { kind: 'drop' }
    case 'dropAfterEffect':
      return { kind: 'performAndDrop' }
    case 'lateEffect':
      return { kind: 'drop', performAfterMs: fault.effectAfterMs }
  }
}

const htmlError =
  "<!DOCTYPE html><html><head><title>Runtime Error</title></head><body><h1>Server Error in '/EWS' Application.</h1></body></html>"

function parse(text: string): RequestEnvelope | SoapAnswer {
  try {
    return readEnvelope(text)
  } catch (error) {
    if (error instanceof EwsError) return faultAnswer(error)
    throw error
  }
}

function sendSoap(
  response: ServerResponse,
  operation: string,
  request: string,
  answer: SoapAnswer,
  parts: Parts,
): void | Promise<void> {
  const { stream, headers = {} } = answer
  if (stream) {
    const onSent = (document: string): void => parts.recorder.record(operation, request, document)
    return sendStream(response, stream, { headers, signal: parts.signal, onSent })
  }
  parts.recorder.record(operation, request, answer.body)
  const body = Buffer.from(answer.body)
  response.writeHead(answer.status, {
    ...headers,
    'content-type': 'text/xml; charset=utf-8',
    'content-length': body.length,
  })
  response.end(body)
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  body: string,
): void {
  // What nobody reads would otherwise block the connection.
  request.resume()
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body)
}
