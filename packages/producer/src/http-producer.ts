import { z } from 'zod'
import { batchesOf } from './batches.ts'
import { toCloudEvent } from './event.ts'
import { LockstepRefusedError, LockstepUnavailableError, type Producer } from './producer.ts'
import type { EventResult } from './take-events.ts'

export type ProducerOptions = {
  /** Of the ingress, for example `https://lockstep.contoso.example`. */
  url: string
  apiKey: string
  /** Names the application in its events, for example `/apps/crm`. */
  source: string
  timeoutMs?: number
}

const RETRY_AFTER_MS = 2_000

const answerSchema = z.object({ results: z.array(z.custom<EventResult>(isResult)) })
const problemSchema = z.object({ detail: z.string(), mend: z.string().optional() })

/** Sends events over HTTP. */
export function createProducer({ url, apiKey, source, timeoutMs = 10_000 }: ProducerOptions): Producer {
  const target = new URL('v1/events', url.endsWith('/') ? url : `${url}/`)

  async function post(body: string): Promise<EventResult[]> {
    const response = await fetch(target, {
      method: 'POST',
      headers: { 'Content-Type': 'application/cloudevents-batch+json', Authorization: `Bearer ${apiKey}` },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((error: unknown) => {
      throw new LockstepUnavailableError('Lockstep cannot be reached', RETRY_AFTER_MS, { cause: error })
    })
    return resultsOf(response)
  }

  return {
    send: async (events) => {
      const written = events.map((event) => JSON.stringify(toCloudEvent(event, source)))
      const results: EventResult[] = []
      for (const batch of batchesOf(written)) results.push(...(await post(batch)))
      return results
    },
    close: async () => {},
  }
}

async function resultsOf(response: Response): Promise<EventResult[]> {
  const { status } = response
  const answer: unknown = await response.json().catch(() => undefined)
  if (status === 429 || status >= 500) {
    throw new LockstepUnavailableError(`Lockstep is unavailable (${status})`, retryAfterMs(response))
  }
  if (!response.ok) {
    const { data: problem } = problemSchema.safeParse(answer)
    throw new LockstepRefusedError(status, problem?.detail ?? response.statusText, problem?.mend)
  }
  const parsed = answerSchema.safeParse(answer)
  if (parsed.success) return parsed.data.results
  throw new LockstepUnavailableError(
    'What answers is not Lockstep, or the answer was cut off',
    RETRY_AFTER_MS,
  )
}

function retryAfterMs(response: Response): number {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return seconds > 0 ? seconds * 1_000 : RETRY_AFTER_MS
}

function isResult(value: unknown): boolean {
  return typeof (value as { status?: unknown } | null)?.status === 'string'
}
