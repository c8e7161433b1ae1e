import { createHash } from 'node:crypto'
import { TransportError } from '../transport-error.ts'
import type { LogonMemory, Refusal } from './logon-memory.ts'

/**
 * How long nobody tries a refused secret again. Directories lock an account after five or ten wrong passwords within
 * half an hour: this tries at most four times in any half hour, whatever the number of processes.
 */
const restsMs = [60_000, 600_000, 1_800_000]
/** A process that died while it tried holds up the others for so long. */
const trialMs = 60_000
const trialRetryMs = 500

/** Thrown by an attempt to log on that was refused. */
export class LogonRefused extends Error {
  override name = 'LogonRefused'
  /** `LOGON_REFUSED` unless the server said why. */
  readonly code: string

  constructor(code = 'LOGON_REFUSED') {
    super(`the logon was refused (${code})`)
    this.code = code
  }
}

/** What came of an attempt. `proves`: an answer that nobody gets with a wrong secret. */
export type Outcome<Result> = { readonly result: Result; readonly proves: boolean }

/** What an attempt may know: whether the secret has never been refused, so that a second try does no harm. */
export type Attempt<Result> = (known: { readonly isFirst: boolean }) => Promise<Outcome<Result>>

type Deps = { readonly memory: LogonMemory; readonly nowMs?: () => number }

/**
 * Stands before every logon of an account, so that a wrong password locks nobody out: until a secret has proven right,
 * one logon at a time is tried, and a secret that was refused rests, in all processes. Another secret is tried at once.
 */
export class LogonGuard {
  readonly #memory: LogonMemory
  readonly #nowMs: () => number
  #proven: string | undefined
  #trial: Promise<void> = Promise.resolve()

  constructor({ memory, nowMs = Date.now }: Deps) {
    this.#memory = memory
    this.#nowMs = nowMs
  }

  /**
   * Makes one attempt with `secret`. An attempt that throws anything but `LogonRefused` says nothing of the secret.
   * @throws {TransportError} of kind `logon` if it is refused, or was and has to rest
   */
  async logOn<Result>(secret: string, signal: AbortSignal, attempt: Attempt<Result>): Promise<Result> {
    const mark = markOf(secret)
    if (this.#proven === mark) return this.#run(mark, attempt, false)

    const before = this.#trial
    const { promise, resolve: done } = Promise.withResolvers<void>()
    this.#trial = promise
    try {
      await orAborted(before, signal)
      if (this.#proven !== mark) {
        const last = await this.#ask(mark)
        if (!last.hasWorked) return await this.#try(mark, last.refusal, attempt)
        this.#proven = mark
      }
    } finally {
      // Whoever comes next waits for all that came before, too.
      void before.then(done)
    }
    return this.#run(mark, attempt, false)
  }

  async #try<Result>(mark: string, refusal: Refusal | undefined, attempt: Attempt<Result>): Promise<Result> {
    if (!(await orUnavailable(this.#memory.claim(mark, trialMs)))) {
      throw new TransportError('logon', 'LOGON_ON_TRIAL', { effect: 'none', retryAfterMs: trialRetryMs })
    }
    try {
      return await this.#run(mark, attempt, refusal === undefined)
    } finally {
      await this.#memory.release(mark).catch(() => {})
    }
  }

  /** What is known of this secret, if it may be tried now. @throws {TransportError} if it has to rest */
  async #ask(mark: string): Promise<{ refusal: Refusal | undefined; hasWorked: boolean }> {
    const last = await orUnavailable(this.#memory.refusal())
    const refusal = last?.mark === mark ? last : undefined
    const restMs = refusal ? refusal.untilMs - this.#nowMs() : 0
    if (refusal && restMs > 0) throw refused(refusal.code, restMs)
    return { refusal, hasWorked: !refusal && (await orUnavailable(this.#memory.hasWorked(mark))) }
  }

  async #run<Result>(mark: string, attempt: Attempt<Result>, isFirst: boolean): Promise<Result> {
    try {
      const { result, proves } = await attempt({ isFirst })
      if (proves && this.#proven !== mark) {
        this.#proven = mark
        await this.#memory.worked(mark).catch(() => {})
      }
      return result
    } catch (error) {
      if (!(error instanceof LogonRefused)) throw error
      throw await this.#refuse(mark, error)
    }
  }

  async #refuse(mark: string, { code: said }: LogonRefused): Promise<TransportError> {
    const hasWorked = this.#proven === mark || (await this.#memory.hasWorked(mark).catch(() => false))
    if (this.#proven === mark) this.#proven = undefined
    const last = await this.#memory.refusal().catch(() => undefined)
    const times = last?.mark === mark ? last.times : 0
    // What worked before is right, so something happened to the account.
    const code = said === 'LOGON_REFUSED' && hasWorked ? 'LOGON_LAPSED' : said
    const restMs = restsMs[Math.min(times, restsMs.length - 1)]!
    const refusal = { mark, code, times: times + 1, untilMs: this.#nowMs() + restMs }
    await this.#memory.refused(refusal).catch(() => {})
    return refused(code, restMs)
  }
}

async function orUnavailable<Known>(known: Promise<Known>): Promise<Known> {
  try {
    return await known
  } catch (cause) {
    throw new TransportError('logon', 'BUDGET_UNAVAILABLE', { effect: 'none', retryAfterMs: 1_000, cause })
  }
}

function refused(code: string, restMs: number): TransportError {
  return new TransportError('logon', code, { effect: 'none', retryAfterMs: restMs })
}

async function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const { promise: end, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason as Error)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await Promise.race([promise, end])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** Tells one secret from the next, and is too short to guess a secret by. */
function markOf(secret: string): string {
  return createHash('sha256').update('lockstep logon ').update(secret).digest('hex').slice(0, 5)
}
