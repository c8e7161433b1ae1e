import { randomUUID } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import { json, text } from 'node:stream/consumers'
import type { EventResult } from '@lockstep/producer'
import { listen } from '@lockstep/runtime'
import { Webhook } from 'standardwebhooks'
import { onTestFinished } from 'vitest'

type Sent = { type: string; time: string; data: Record<string, unknown> }

/** What stands in for Lockstep: takes batches of events, and answers for each as `answer` says. */
export async function startStubLockstep(port = 0) {
  const taken: Sent[] = []
  let isDown = false
  let answer = (_event: Sent): Pick<EventResult, 'status' | 'problems'> => ({ status: 'accepted' })

  const handle: RequestListener = (request, response) => {
    void json(request).then((events) => {
      if (isDown) return response.writeHead(503, { 'Retry-After': '0.01' }).end()
      if (request.headers.authorization !== 'Bearer demo') return response.writeHead(401).end()
      taken.push(...(events as Sent[]))
      response.writeHead(202, { 'Content-Type': 'application/json' })
      return response.end(JSON.stringify({ results: (events as Sent[]).map((event) => answer(event)) }))
    })
  }
  const { url, close } = await listen(createServer(handle), { port, variable: 'PORT' })
  onTestFinished(close)
  return {
    url,
    taken,
    goDown: () => void (isDown = true),
    comeBack: () => void (isDown = false),
    answerWith: (next: typeof answer) => void (answer = next),
  }
}

export const SECRET = `whsec_${Buffer.from('a secret of the tests').toString('base64')}`

type Change = {
  type: string
  revision: number
  applicationVersion?: number
  changed?: string[]
  appointment?: object
}
type Signing = { secret?: string; deliveryId?: string; tamper?: (body: string) => string; signedAt?: Date }

/** Tells the application of a change as Lockstep does. Gives back the status and the body of its answer. */
export async function tellChange(
  url: string,
  appointmentId: string,
  { type, ...facts }: Change,
  {
    secret = SECRET,
    deliveryId = `change_${randomUUID()}`,
    tamper = (body) => body,
    signedAt = new Date(),
  }: Signing = {},
): Promise<{ status: number; body: string }> {
  const body = JSON.stringify({
    specversion: '1.0',
    id: deliveryId,
    source: 'lockstep',
    type: `appointment.${type}`,
    time: signedAt.toISOString(),
    datacontenttype: 'application/json',
    data: { mailbox: 'alice@contoso.example', appointmentId, applicationVersion: 0, changed: [], ...facts },
  })
  const response = await fetch(`${url}/lockstep/changes`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/cloudevents+json',
      'webhook-id': deliveryId,
      'webhook-timestamp': String(Math.floor(signedAt.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret).sign(deliveryId, signedAt, body),
    },
    body: tamper(body),
  })
  return { status: response.status, body: response.body ? await text(response.body) : '' }
}
