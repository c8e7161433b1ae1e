import CircuitBreaker from 'opossum'
import type { CalendarGateway } from './calendar-gateway.ts'
import { ExchangeUnavailableError } from './errors.ts'
import { isOutage } from './ews/failures.ts'
import { failuresIn } from './item-results.ts'

export type CircuitState = 'closed' | 'open'

export type BreakerOptions = {
  /** Opens if more than this part of the calls within the window failed... */
  readonly errorThresholdPercentage: number
  /** ...and there were at least this many. */
  readonly volumeThreshold: number
  readonly windowMs: number
  /** How often the endpoint is probed while the circuit is open. */
  readonly probeEveryMs: number
  readonly onStateChange?: ((state: CircuitState) => void) | undefined
}

export type GuardedGateway = CalendarGateway & {
  circuit(): CircuitState
  /** Stops probing. Calls are refused from then on. */
  close(): void
}

/** Longer than any outage: only a probe closes the circuit, never a caller's own call. The most that a timer takes. */
const neverMs = 2 ** 31 - 1

/**
 * Puts one breaker in front of every call of an endpoint.
 *
 * Only outages count against it; a refused request is proof that Exchange answers. While it is open, calls are
 * refused at once with effect `none`, and one probe at a time finds out when Exchange is back. The breaker does not
 * time calls (opossum would let them run on): the transport does.
 */
export function withCircuitBreaker(gateway: CalendarGateway, options: BreakerOptions): GuardedGateway {
  const breaker = new CircuitBreaker((call: () => Promise<unknown>) => outcomeOf(call), {
    timeout: false,
    resetTimeout: neverMs,
    errorThresholdPercentage: options.errorThresholdPercentage,
    volumeThreshold: options.volumeThreshold,
    rollingCountTimeout: options.windowMs,
    errorFilter: (error: unknown) => !(error instanceof Outage),
  })
  const probing = startProbing(() => gateway.probe(), {
    everyMs: options.probeEveryMs,
    onAnswer: () => breaker.close(),
  })
  breaker.on('open', () => {
    probing.start()
    options.onStateChange?.('open')
  })
  breaker.on('close', () => options.onStateChange?.('closed'))

  async function guarded<Result>(call: () => Promise<Result>): Promise<Result> {
    try {
      return (await breaker.fire(call)) as Result
    } catch (error) {
      if (error instanceof Outage) return error.reveal() as Result
      if (!CircuitBreaker.isOurError(error as Error)) throw error
      throw new ExchangeUnavailableError('CIRCUIT_OPEN', probing.restMs(), { effect: 'none', cause: error })
    }
  }

  return {
    createItems: (...args) => guarded(() => gateway.createItems(...args)),
    updateItems: (...args) => guarded(() => gateway.updateItems(...args)),
    deleteItems: (...args) => guarded(() => gateway.deleteItems(...args)),
    getItems: (...args) => guarded(() => gateway.getItems(...args)),
    getHeads: (...args) => guarded(() => gateway.getHeads(...args)),
    findByStamp: (...args) => guarded(() => gateway.findByStamp(...args)),
    findTakenAwayByStamp: (...args) => guarded(() => gateway.findTakenAwayByStamp(...args)),
    findElsewhereByStamp: (...args) => guarded(() => gateway.findElsewhereByStamp(...args)),
    findByUid: (...args) => guarded(() => gateway.findByUid(...args)),
    sync: (...args) => guarded(() => gateway.sync(...args)),
    subscribe: (...args) => guarded(() => gateway.subscribe(...args)),
    subscribeStreaming: (...args) => guarded(() => gateway.subscribeStreaming(...args)),
    // Only its opening counts: what lasts for half an hour ends for many reasons.
    listen: (...args) => guarded(() => gateway.listen(...args)),
    unsubscribe: (...args) => guarded(() => gateway.unsubscribe(...args)),
    probe: (...args) => guarded(() => gateway.probe(...args)),
    circuit: () => (breaker.opened ? 'open' : 'closed'),
    close: () => {
      probing.stop()
      breaker.shutdown()
    },
  }
}

/** What opossum is to count as a failure: an error that was thrown, or results of a batch with such an error in it. */
class Outage extends Error {
  readonly #reveal: () => unknown

  constructor(reveal: () => unknown) {
    super('outage')
    this.#reveal = reveal
  }

  reveal(): unknown {
    return this.#reveal()
  }
}

async function outcomeOf(call: () => Promise<unknown>): Promise<unknown> {
  let result: unknown
  try {
    result = await call()
  } catch (error) {
    if (!isOutage(error)) throw error
    throw new Outage(() => {
      throw error
    })
  }
  if (failuresIn(result).some(isOutage)) throw new Outage(() => result)
  return result
}

type ProbeOptions = { readonly everyMs: number; readonly onAnswer: () => void }

/** Probes one at a time, the next not before `everyMs` after the last began, until one is answered. */
function startProbing(probe: () => Promise<void>, { everyMs, onAnswer }: ProbeOptions) {
  let timer: NodeJS.Timeout | undefined
  let nextMs = 0
  let isStopped = false

  const schedule = (delayMs: number) => {
    nextMs = performance.now() + delayMs
    if (!isStopped) timer = setTimeout(() => void attempt(), delayMs)
  }
  async function attempt(): Promise<void> {
    const beganMs = performance.now()
    try {
      await probe()
      if (!isStopped) onAnswer()
    } catch {
      schedule(Math.max(0, everyMs - (performance.now() - beganMs)))
    }
  }

  return {
    start: () => schedule(everyMs),
    stop: () => {
      isStopped = true
      clearTimeout(timer)
    },
    /** How long until the next probe; a caller who comes back then may be lucky. */
    restMs: () => Math.max(1, Math.ceil(nextMs - performance.now())),
  }
}
