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
import type { CallOptions } from '../calendar-gateway.ts'
import type { ExchangeError } from '../errors.ts'
import { failuresIn } from '../item-results.ts'
import { CallApi } from './call-api.ts'
import { backOffOf, errorOfCall } from './failures.ts'
import { mendLibrary } from './mends/index.ts'
import type { Transport } from './transport.ts'
import { TransportError } from './transport-error.ts'

/** One HTTP call: which operation, in whose mailbox. Without a mailbox our own account is meant. */
export type EwsCall = {
  readonly operation: string
  readonly mailbox?: string
  readonly options?: CallOptions | undefined
}

/** What is told of each HTTP call, for logs and metrics. Nothing in it says whose call it was. */
export type CallFact = {
  readonly operation: string
  readonly requestId: string
  readonly durationMs: number
  /** `ok`, or the code of the error. */
  readonly outcome: string
}

export type EwsClient = {
  /** Runs one operation of the library, which makes one HTTP call. @throws {ExchangeError} and nothing else */
  run<Result>(call: EwsCall, operation: (service: ExchangeService) => Promise<Result>): Promise<Result>
}

type Deps = {
  readonly url: string
  readonly transport: Transport
  readonly budget: Budget
  /** After this the library is given up on, should it lose an answer. */
  readonly deadlineMs: number
  readonly onCall?: ((fact: CallFact) => void) | undefined
}

/** Runs operations one HTTP call each: within the budget, with a service object of their own, errors sorted. */
export function createEwsClient({ url, transport, budget, deadlineMs, onCall }: Deps): EwsClient {
  mendLibrary()

  async function send<Result>(
    { operation: name, mailbox, options }: EwsCall,
    operation: (service: ExchangeService) => Promise<Result>,
  ): Promise<Result> {
    const requestId = randomUUID()
    const startedMs = performance.now()
    const tell = (outcome: string) =>
      onCall?.({ operation: name, requestId, durationMs: performance.now() - startedMs, outcome })

    const { signal, deadline } = options ?? {}
    const api = new CallApi(transport, { headers: headersFor(requestId, mailbox), signal, deadline })
    try {
      const result = await orDeadline(operation(serviceFor(url, api, mailbox)), deadlineMs)
      await heed(failuresIn(result))
      tell('ok')
      return result
    } catch (thrown) {
      const error = errorOfCall(thrown, api.failure)
      tell(error.code)
      await heed([error])
      throw error
    }
  }

  async function heed(errors: readonly ExchangeError[]): Promise<void> {
    const waits = errors.map(backOffOf).filter((ms) => ms !== undefined)
    if (waits.length > 0) await budget.backOff(Math.max(...waits))
  }

  return {
    run: (call, operation) =>
      budget.spend({ mailbox: call.mailbox ?? '', ...call.options }, () => send(call, operation)),
  }
}

function headersFor(requestId: string, mailbox: string | undefined): Record<string, string> {
  return {
    'client-request-id': requestId,
    'return-client-request-id': 'true',
    // Without it Exchange looks for the mailbox's server anew, and now and then does not find it.
    ...(mailbox && { 'x-anchormailbox': mailbox }),
  }
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
