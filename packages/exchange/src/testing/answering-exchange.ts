import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { type Budget, unlimitedBudget } from '../budget.ts'
import { type CallFact, createEwsClient } from '../ews/ews-client.ts'
import { createEwsGateway } from '../ews/ews-gateway.ts'
import { aTransport } from './a-transport.ts'

export type Request = { readonly headers: IncomingHttpHeaders; readonly body: string }
export type Answer = {
  readonly status?: number
  readonly answer: string
  readonly headers?: Record<string, string>
}

type Options = {
  readonly budget?: Budget
  readonly onCall?: (fact: CallFact) => void
  readonly mostAnswerBytes?: number
}

/** A gateway to a server that answers as the test says. Both are gone when it ends. */
export async function startAnswering(
  answerTo: (request: Request) => Answer,
  { budget = unlimitedBudget, onCall, mostAnswerBytes }: Options = {},
) {
  const requests: Request[] = []
  const server = createServer((incoming, response) => {
    let body = ''
    incoming.setEncoding('utf8').on('data', (text: string) => (body += text))
    incoming.on('end', () => {
      const request = { headers: incoming.headers, body }
      requests.push(request)
      const { status = 200, answer, headers } = answerTo(request)
      response.writeHead(status, headers).end(answer)
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/EWS/Exchange.asmx`
  const transport = aTransport({ url, userAgent: 'lockstep', ...(mostAnswerBytes && { mostAnswerBytes }) })
  onTestFinished(async () => {
    await transport.close()
    server.closeAllConnections()
    await once(server.close(), 'close')
  })
  const client = createEwsClient({ url, transport, budget, silentMs: 5_000, deadlineMs: 10_000, onCall })
  return { gateway: createEwsGateway(client), requests }
}

const namespaces =
  'xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" ' +
  'xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"'

export function soapEnvelope(body: string): string {
  return `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" ${namespaces}><s:Body>${body}</s:Body></s:Envelope>`
}

/** The answer to an operation: a message for each of its items. */
export function answered(operation: string, ...messages: string[]): string {
  return soapEnvelope(
    `<m:${operation}Response><m:ResponseMessages>${messages.join('')}</m:ResponseMessages></m:${operation}Response>`,
  )
}
