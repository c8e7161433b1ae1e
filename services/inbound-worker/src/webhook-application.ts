import { changeOf } from '@lockstep/producer'
import { Webhook } from 'standardwebhooks'
import { Agent, request } from 'undici'
import type { Application, Reception } from './application.ts'

export type WebhookOptions = {
  url: string
  /** Standard Webhooks secrets (`whsec_…`); two while one is being replaced: both sign. */
  secrets: readonly string[]
  timeoutMs: number
}

const unavailableMs = 2_000
/** Whatever the application asks for, it is told again then. */
const longestUnavailableMs = 3_600_000
const longestAnswer = 64 * 1024

/** The application as an HTTP endpoint that changes are posted to, signed after the Standard Webhooks specification. */
export function createWebhookApplication({ url, secrets, timeoutMs }: WebhookOptions): Application {
  const signers = secrets.map((secret) => new Webhook(secret))
  const dispatcher = new Agent({ connections: 32, keepAliveTimeout: 30_000, maxResponseSize: longestAnswer })

  return {
    async tell(facts, signal) {
      const change = changeOf(facts)
      const body = JSON.stringify(change)
      try {
        const response = await request(url, {
          method: 'POST',
          dispatcher,
          signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
          headers: {
            'content-type': 'application/cloudevents+json',
            ...signatureOf(signers, change.id, body),
          },
          body,
        })
        return receptionOf(response.statusCode, response.headers['retry-after'], await response.body.text())
      } catch (error) {
        return { kind: 'unavailable', retryAfterMs: unavailableMs, code: codeOf(error) }
      }
    },
    close: () => dispatcher.close(),
  }
}

function signatureOf(signers: readonly Webhook[], id: string, body: string): Record<string, string> {
  const now = new Date()
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': signers.map((signer) => signer.sign(id, now, body)).join(' '),
  }
}

function receptionOf(status: number, retryAfter: string | string[] | undefined, body: string): Reception {
  const answer = parsed(body)
  if (status >= 200 && status < 300) {
    const { appointmentId } = answer
    return { kind: 'acknowledged', ...(typeof appointmentId === 'string' && { appointmentId }) }
  }
  if (status === 409 && Number.isSafeInteger(answer.version)) {
    return { kind: 'newerVersion', version: answer.version as number }
  }
  if (status >= 500 || status === 429 || status === 408) {
    const seconds = Number(retryAfter)
    return {
      kind: 'unavailable',
      retryAfterMs: seconds > 0 ? Math.min(seconds * 1_000, longestUnavailableMs) : unavailableMs,
      code: `HTTP_${status}`,
    }
  }
  return { kind: 'rejected', code: `HTTP_${status}` }
}

function parsed(body: string): { appointmentId?: unknown; version?: unknown } {
  try {
    return Object(JSON.parse(body))
  } catch {
    return {}
  }
}

/** What ran out of time carries a number as its code, which says nothing. */
function codeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: string }
  return typeof code === 'string' ? code : (name ?? 'NETWORK')
}
