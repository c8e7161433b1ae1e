import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'

export type ReceivedChange = {
  type: string
  data: {
    mailbox: string
    appointmentId: string
    revision: number
    applicationVersion: number
    changed: string[]
    appointment?: Record<string, unknown>
    reason?: string
  }
}

export type Answer = { status: number; body?: object }
type Answering = (change: ReceivedChange) => Answer | Promise<Answer>

export type TestApplication = {
  url: string
  secret: string
  /** Every change that came with a good signature, in the order of its arrival. */
  received: ReceivedChange[]
  /** Those about one appointment, by type. */
  typesOf(appointmentId: string): string[]
  /** What to answer from now on; 204 unless told otherwise. */
  answerWith(answer: Answering): void
  close(): Promise<void>
}

/** An application that is called: it checks signatures, remembers what it got, and answers as it is told. */
export async function startApplication(): Promise<TestApplication> {
  const secret = `whsec_${Buffer.from('a secret that is only for tests!').toString('base64')}`
  const webhook = new Webhook(secret)
  const received: ReceivedChange[] = []
  let answer: Answering = () => ({ status: 204 })

  const server = createServer((request, response) => {
    void text(request).then(async (body) => {
      try {
        webhook.verify(body, request.headers as Record<string, string>)
      } catch {
        return response.writeHead(401).end()
      }
      const change = JSON.parse(body) as ReceivedChange
      received.push(change)
      const { status, body: answerBody } = await answer(change)
      return response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(answerBody && JSON.stringify(answerBody))
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/changes`,
    secret,
    received,
    typesOf: (appointmentId) =>
      received.filter(({ data }) => data.appointmentId === appointmentId).map(({ type }) => type),
    answerWith: (next) => void (answer = next),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => void server.close(resolve))
    },
  }
}
