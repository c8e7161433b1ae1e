import type { FaultEffect, Faults, Occasion } from '../faults.ts'
import { EwsError, serverBusy } from '../soap/errors.ts'

/** How a call goes on after the faults had their say. */
export type Verdict =
  | { kind: 'perform'; spoiled?: 'half' | 'malformed' }
  | { kind: 'performAndDrop' }
  | { kind: 'drop'; performAfterMs?: number }
  | { kind: 'refuse'; error: EwsError }
  | { kind: 'http'; status: number; headers: Record<string, string>; body: string }
  | { kind: 'restart'; downMs: number }

const callFaults = [
  'busyFault',
  'unavailable',
  'emptyError',
  'htmlError',
  'fault',
  'dropBeforeEffect',
  'dropAfterEffect',
  'lateEffect',
  'halfAnswer',
  'malformedXml',
  'restart',
] as const

/** Lets at most one fault strike the call. */
export function judge(faults: Faults, occasion: Occasion): Verdict {
  const fault = faults.strike(occasion, ...callFaults)
  return fault ? verdictOf(fault) : { kind: 'perform' }
}

function verdictOf(fault: Extract<FaultEffect, { kind: (typeof callFaults)[number] }>): Verdict {
  switch (fault.kind) {
    case 'busyFault':
      return { kind: 'refuse', error: serverBusy(fault.backOffMs) }
    case 'fault':
      return { kind: 'refuse', error: new EwsError(fault.code, 'The simulator was asked to fail.') }
    case 'unavailable':
      return unavailable(fault.retryAfterSeconds)
    case 'restart':
      return { kind: 'restart', downMs: fault.downMs }
    case 'halfAnswer':
      return { kind: 'perform', spoiled: 'half' }
    case 'malformedXml':
      return { kind: 'perform', spoiled: 'malformed' }
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

/** What IIS answers where its queue is full. */
export function unavailable(seconds: number | undefined): Verdict & { kind: 'http' } {
  const headers = seconds === undefined ? {} : { 'retry-after': String(seconds) }
  return { kind: 'http', status: 503, headers, body: 'Service Unavailable' }
}

const htmlError =
  "<!DOCTYPE html><html><head><title>Runtime Error</title></head><body><h1>Server Error in '/EWS' Application.</h1></body></html>"
