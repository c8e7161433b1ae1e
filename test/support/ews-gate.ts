import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

/** One call as it came by. */
export type GateCall = {
  readonly operation: string
  readonly mailbox: string
  readonly startedAtMs: number
  answeredAtMs?: number
  /** The answer says ErrorServerBusy, or 503. */
  isBusy?: boolean
}

export type Held = {
  /** Resolves with what was sent once a call is held. */
  reached: Promise<string>
  release: () => void
}

type Scope = { operation: string; mailbox?: string; containing?: string }

/** A door between the workers and Exchange. */
export type EwsGate = {
  url: string
  /** Every call, in the order in which they came. */
  calls: readonly GateCall[]
  forwardTo: (url: string) => void
  /**
   * Holds the next call of this kind until it is released: before Exchange sees it, or with its answer. Exchange gets a
   * call that is released even if whoever sent it is gone by then.
   */
  hold: (what: 'request' | 'answer', scope: Scope) => Held
}

type Hold = Scope & { what: 'request' | 'answer'; reach: (envelope: string) => void; released: Promise<void> }

/** Gone when the test ends. */
export async function startEwsGate(): Promise<EwsGate> {
  const calls: GateCall[] = []
  const holds = new Set<Hold>()
  let target = ''

  const passing = async (what: Hold['what'], call: GateCall, envelope: string) => {
    const hold = [...holds].find((each) => each.what === what && matches(each, call, envelope))
    if (!hold) return
    holds.delete(hold)
    hold.reach(envelope)
    await hold.released
  }
  const pass = async (incoming: IncomingMessage, response: ServerResponse) => {
    const body = await buffer(incoming)
    const envelope = body.toString('utf8')
    const call = callOf(incoming, envelope)
    calls.push(call)
    await passing('request', call, envelope)
    const answer = await forwarded(target, incoming, body)
    call.isBusy = answer.status === 503 || answer.body.includes('ErrorServerBusy')
    call.answeredAtMs = Date.now()
    await passing('answer', call, envelope)
    response.writeHead(answer.status, answer.headers).end(answer.body)
  }
  const server = createServer((incoming, response) => {
    pass(incoming, response).catch(() => response.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => void server.close(resolve))
  })

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/EWS/Exchange.asmx`,
    calls,
    forwardTo: (url) => void (target = url),
    hold: (what, scope) => {
      const reached = Promise.withResolvers<string>()
      const released = Promise.withResolvers<void>()
      holds.add({ what, ...scope, reach: reached.resolve, released: released.promise })
      return { reached: reached.promise, release: released.resolve }
    },
  }
}

function callOf({ headers }: IncomingMessage, envelope: string): GateCall {
  const operation = /<(?:\w+:)?Body[^>]*>\s*<(?:\w+:)?(\w+)/.exec(envelope)?.[1] ?? ''
  return { operation, mailbox: String(headers['x-anchormailbox'] ?? ''), startedAtMs: Date.now() }
}

function matches({ operation, mailbox, containing = '' }: Scope, call: GateCall, envelope: string): boolean {
  const isItsKind = operation === call.operation && (!mailbox || mailbox === call.mailbox)
  return isItsKind && envelope.includes(containing)
}

async function forwarded(url: string, { headers, method }: IncomingMessage, body: Buffer) {
  const outgoing = request(url, { method, headers })
  outgoing.end(body)
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  return { status: answer.statusCode ?? 500, headers: answer.headers, body: await buffer(answer) }
}
