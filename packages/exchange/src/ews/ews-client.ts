import { randomUUID } from 'node:crypto'
import {
  ConnectingIdType,
  ExchangeService,
  ExchangeVersion,
  ImpersonatedUserId,
  TimeZoneInfo,
  Uri,
  WebCredentials,
} from 'ews-javascript-api'
import type { Budget } from '../budget.ts'
import type { CallOptions, ListeningGroup } from '../calendar-gateway.ts'
import type { ExchangeError } from '../errors.ts'
import { failuresIn } from '../item-results.ts'
import { CallApi } from './call-api.ts'
import { backOffOf, errorOfCall } from './failures.ts'
import { mendLibrary } from './mends/index.ts'
import type { Reading, Transport } from './transport.ts'
import { TransportError } from './transport-error.ts'

/** One HTTP call: which operation, in whose mailbox. Without a mailbox our own account is meant. */
export type EwsCall = {
  readonly operation: string
  readonly mailbox?: string
  readonly options?: CallOptions | undefined
  /** The group whose server is meant. */
  readonly group?: ListeningGroup | undefined
}

/** What is told of each HTTP call, for logs and metrics. Nothing in it says whose call it was. */
export type CallFact = {
  readonly operation: string
  readonly requestId: string
  readonly durationMs: number
  /** `ok`, or the code of the error. */
  readonly outcome: string
  /** Which account made it, if there are several. */
  readonly account?: string
}

export type EwsClient = {
  /** Runs one operation of the library, which makes one HTTP call. @throws {ExchangeError} and nothing else */
  run<Result>(call: EwsCall, operation: (service: ExchangeService) => Promise<Result>): Promise<Result>
  /**
   * Opens an answer that goes on. Only the opening is a call in flight: `open` says when that is over, and what it was.
   * @throws {ExchangeError} if it does not open
   */
  stream(
    call: EwsCall,
    body: string,
    reading: Omit<Reading, 'silentMs'>,
    open: Promise<void>,
  ): Promise<Stream>
}

/** An open stream. `ended` rejects with an `ExchangeError` if it broke. */
export type Stream = { readonly ended: Promise<void> }

type Deps = {
  readonly url: string
  readonly transport: Transport
  readonly budget: Budget
  /** After this the library is given up on, should it lose an answer. */
  readonly deadlineMs: number
  /** A stream that says nothing for so long is dead. */
  readonly silentMs: number
  readonly onCall?: ((fact: CallFact) => void) | undefined
}

/** Runs operations one HTTP call each: within the budget, with a service object of their own, errors sorted. */
export function createEwsClient(deps: Deps): EwsClient {
  const { url, transport, budget, deadlineMs, silentMs, onCall } = deps
  mendLibrary()

  /** Tells of one HTTP call, and heeds what its answer asks for. */
  async function told<Result>(
    name: string,
    call: (requestId: string) => Promise<Result>,
    errorOf: (thrown: unknown) => ExchangeError,
    asksForQuiet: (error: ExchangeError) => boolean = () => true,
  ): Promise<Result> {
    const requestId = randomUUID()
    const startedMs = performance.now()
    const tell = (outcome: string) =>
      onCall?.({ operation: name, requestId, durationMs: performance.now() - startedMs, outcome })
    try {
      const result = await call(requestId)
      await heed(failuresIn(result))
      tell('ok')
      return result
    } catch (thrown) {
      const error = errorOf(thrown)
      tell(error.code)
      if (asksForQuiet(error)) await heed([error])
      throw error
    }
  }

  function send<Result>(
    call: EwsCall,
    operation: (service: ExchangeService) => Promise<Result>,
  ): Promise<Result> {
    const { mailbox, options, group } = call
    let api: CallApi | undefined
    return told(
      call.operation,
      (requestId) => {
        const headers = headersFor(requestId, call)
        const { signal, deadline } = options ?? {}
        api = new CallApi(transport, { headers, signal, deadline, affinity: affinityOf(group) })
        return orDeadline(operation(serviceFor(url, api, mailbox)), deadlineMs)
      },
      (thrown) => errorOfCall(thrown, api?.failure),
    )
  }

  function openStream(
    call: EwsCall,
    body: string,
    reading: Omit<Reading, 'silentMs'>,
    open: Promise<void>,
  ): Promise<Stream> {
    return told(
      call.operation,
      async (requestId) => {
        const headers = { ...soapHeaders, ...headersFor(requestId, call) }
        const { signal } = call.options ?? {}
        const post = { body, headers, signal, affinity: affinityOf(call.group) }
        const ended = transport.stream(post, { ...reading, silentMs }).catch((thrown: unknown) => {
          throw errorOfCall(thrown, undefined)
        })
        const cutShort = ended.then(() => {
          throw new TransportError('http', 'NO_SOAP', { status: 200, effect: 'none' })
        })
        await Promise.race([open, cutShort])
        return { ended }
      },
      (thrown) => errorOfCall(thrown, undefined),
      // Too many streams are no reason to make fewer calls.
      ({ code }) => code !== 'ErrorExceededConnectionCount',
    )
  }

  async function heed(errors: readonly ExchangeError[]): Promise<void> {
    const waits = errors.map(backOffOf).filter((ms) => ms !== undefined)
    if (waits.length > 0) await budget.backOff(Math.max(...waits))
  }

  return {
    run: (call, operation) =>
      budget.spend({ mailbox: call.mailbox ?? '', ...call.options }, () => send(call, operation)),
    stream: (call, ...rest) =>
      budget.spend({ mailbox: call.mailbox ?? '', ...call.options }, () => openStream(call, ...rest)),
  }
}

const soapHeaders = { 'content-type': 'text/xml; charset=utf-8', accept: 'text/xml' }

function headersFor(requestId: string, { mailbox, group }: EwsCall): Record<string, string> {
  const anchor = group?.anchor ?? mailbox
  return {
    'client-request-id': requestId,
    'return-client-request-id': 'true',
    // Without it Exchange looks for the mailbox's server anew, and now and then does not find it.
    ...(anchor && { 'x-anchormailbox': anchor }),
    ...(group && { 'x-preferserveraffinity': 'true' }),
  }
}

/** The cookies of a group are not those of its anchor: they lead to the server that keeps its subscriptions. */
function affinityOf(group: ListeningGroup | undefined): string | undefined {
  return group && `group of ${group.anchor}`
}

/** A service object costs microseconds and mixes up calls that share one. */
function serviceFor(url: string, api: CallApi, mailbox: string | undefined): ExchangeService {
  const service = new ExchangeService(ExchangeVersion.Exchange2013_SP1, TimeZoneInfo.Utc)
  service.Url = new Uri(url)
  // The library insists on credentials; the transport has the real ones.
  service.Credentials = new WebCredentials('-', '-')
  service.XHRApi = api
  if (mailbox) service.ImpersonatedUserId = new ImpersonatedUserId(ConnectingIdType.SmtpAddress, mailbox)
  return service
}

async function orDeadline<Result>(result: Promise<Result>, deadlineMs: number): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>()
  const late = () => reject(new TransportError('timeout', 'NO_ANSWER_READ', { effect: 'unknown' }))
  const timer = setTimeout(late, deadlineMs)
  try {
    return await Promise.race([result, promise])
  } finally {
    clearTimeout(timer)
  }
}
