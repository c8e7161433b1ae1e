import { request } from 'undici'
import type { Store } from '../store/store.ts'
import { descend } from '../xml/element.ts'
import { parseXml } from '../xml/parse.ts'
import type { Told } from './interest.ts'
import { writePushNotification } from './notification-xml.ts'

export type PushTiming = {
  /** How long a minute of StatusFrequency lasts. */
  readonly minuteMs: number
  /** The first wait after a notification that was not taken; it doubles each time. */
  readonly retryMs: number
  /** How often an idle stream says that it is alive. */
  readonly heartbeatMs: number
}

export type PushFate = { lost: boolean; delayMs: number; copies: number }

export type PushOptions = {
  readonly id: string
  readonly url: string
  readonly statusFrequency: number
  readonly store: Store
  /** What the subscriber missed since the watermark that it came with. */
  readonly missed: readonly Told[]
  readonly timing: PushTiming
  /** What becomes of the next notification: for faults. */
  fate(): PushFate
  onSent(body: string, answer: string | undefined): void
  onEnd(): void
}

const answerTimeoutMs = 30_000

/**
 * Posts what happens to one listener, in order and one post at a time. What is
 * not taken is sent again, ever more slowly, until the time of one status event
 * has gone by; then the subscription ends.
 */
export class PushSubscription {
  readonly #options: PushOptions
  readonly #ended = new AbortController()
  #waiting: Told[]
  #watermark: number
  #isSending = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: PushOptions) {
    this.#options = options
    this.#watermark = options.store.seq
    this.#waiting = [...options.missed]
    // Exchange says hello as soon as the subscription stands.
    this.#schedule(0)
  }

  tell(told: readonly Told[]): void {
    this.#waiting.push(...told)
    if (!this.#isSending) this.#schedule(0)
  }

  end(): void {
    this.#ended.abort()
    clearTimeout(this.#timer)
  }

  #schedule(afterMs: number): void {
    clearTimeout(this.#timer)
    if (this.#ended.signal.aborted) return
    this.#timer = setTimeout(() => void this.#send(), afterMs)
  }

  async #send(): Promise<void> {
    if (this.#isSending) return
    this.#isSending = true
    const told = this.#waiting
    this.#waiting = []
    const isTaken = await this.#deliver(told)
    this.#isSending = false
    if (!isTaken) {
      this.end()
      this.#options.onEnd()
      return
    }
    this.#schedule(
      this.#waiting.length > 0 ? 0 : this.#options.statusFrequency * this.#options.timing.minuteMs,
    )
  }

  /** Whether the subscription goes on after this notification. */
  async #deliver(told: readonly Told[]): Promise<boolean> {
    const { id, store, timing, statusFrequency } = this.#options
    const previous = this.#watermark
    const current = told.at(-1)?.event.seq ?? previous
    const body = writePushNotification(id, { previous, current }, told, store)
    const giveUpAt = Date.now() + statusFrequency * timing.minuteMs
    this.#watermark = current
    for (let waitMs = timing.retryMs; ; waitMs *= 2) {
      const answer = await this.#post(body)
      if (answer === 'OK') return true
      if (answer === 'Unsubscribe' || this.#ended.signal.aborted || Date.now() + waitMs > giveUpAt)
        return false
      await this.#pause(waitMs)
    }
  }

  async #post(body: string): Promise<string | undefined> {
    const { lost, delayMs, copies } = this.#options.fate()
    if (delayMs > 0) await this.#pause(delayMs)
    if (lost) return 'OK'
    let answer: string | undefined
    for (let copy = 0; copy < copies; copy++) answer = await this.#postOnce(body)
    return answer
  }

  async #postOnce(body: string): Promise<string | undefined> {
    try {
      const response = await request(this.#options.url, {
        method: 'POST',
        headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: notificationAction },
        body,
        signal: AbortSignal.any([this.#ended.signal, AbortSignal.timeout(answerTimeoutMs)]),
      })
      const text = await response.body.text()
      this.#options.onSent(body, response.statusCode === 200 ? text : undefined)
      return response.statusCode === 200 ? statusIn(text) : undefined
    } catch {
      // Nobody took it, or what came back was no SOAP: it is sent again.
      this.#options.onSent(body, undefined)
      return undefined
    }
  }

  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms)
    this.#ended.signal.addEventListener('abort', () => resolve(), { once: true })
    await promise
    clearTimeout(timer)
  }
}

const notificationAction = '"http://schemas.microsoft.com/exchange/services/2006/messages/SendNotification"'

function statusIn(document: string): string | undefined {
  return descend(parseXml(document), 'Body', 'SendNotificationResult', 'SubscriptionStatus')?.text.trim()
}
