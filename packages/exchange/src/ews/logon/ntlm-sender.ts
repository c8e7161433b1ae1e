import type { Dispatcher } from 'undici'
import type { Secret } from '../../trust/secret.ts'
import type { LogonGuard, Outcome } from './logon-guard.ts'
import { type Channel, NtlmSlot, type Proof } from './ntlm-slot.ts'
import { provesLogon } from './post-once.ts'
import type { EwsRequest, Sender } from './sender.ts'
import { withNewest } from './with-newest.ts'

/** `auto` shows the binding and does without where it does harm: where something between us ends TLS. */
export type ChannelBindingMode = 'auto' | 'on' | 'off'

type Deps = {
  readonly url: string
  readonly username: string
  readonly password: Secret
  readonly channelBinding: ChannelBindingMode
  readonly guard: LogonGuard
  /** The most connections, each with a logon of its own. */
  readonly connections: number
  /** Opens the one connection of a slot. */
  readonly openChannel: () => Channel
}

/** Logs each connection on once, and sends calls over those that are. */
export function createNtlmSender(deps: Deps): Sender {
  const { url, username, password, guard, channelBinding } = deps
  const slots = new Slots(deps.connections, () => new NtlmSlot(url, deps.openChannel()))
  let binds = channelBinding !== 'off'

  /** Logs on with the next request: the server looks at it only once it knows who asks. */
  function logOn(slot: NtlmSlot, request: EwsRequest, secret: string): Promise<Dispatcher.ResponseData> {
    return guard.logOn(secret, request.signal, async ({ isFirst }) => {
      const proof: Proof = { username, password: secret, binds }
      try {
        return outcomeOf(await slot.logOn(request, proof))
      } catch (error) {
        if (!isFirst || channelBinding !== 'auto' || !slot.didBind) throw error
        const outcome = outcomeOf(await slot.logOn(request, { ...proof, binds: false }))
        if (outcome.proves) binds = false
        return outcome
      }
    })
  }

  async function sendOver(slot: NtlmSlot, request: EwsRequest): Promise<Dispatcher.ResponseData> {
    if (slot.isLoggedOn) {
      const response = await slot.post(request)
      if (response.statusCode !== 401) return response
      // The server forgot us. It did not look at the request, either.
      await response.body.dump()
      request.wire.sent = false
    }
    return withNewest(password, (secret) => logOn(slot, request, secret))
  }

  return {
    async send(request) {
      const slot = await slots.take(request.signal)
      try {
        const response = await sendOver(slot, request)
        // The connection is in use until its answer is read.
        response.body.once('close', () => slots.giveBack(slot))
        return response
      } catch (error) {
        slots.giveBack(slot)
        throw error
      }
    },
    close: () => slots.close(),
  }
}

function outcomeOf(result: Dispatcher.ResponseData): Outcome<Dispatcher.ResponseData> {
  return { result, proves: provesLogon(result) }
}

/** Slots that are free, those that are logged on first; and who waits for one. */
class Slots {
  readonly #free: NtlmSlot[]
  readonly #all: readonly NtlmSlot[]
  readonly #waiting: ((slot: NtlmSlot) => void)[] = []

  constructor(count: number, open: () => NtlmSlot) {
    this.#all = Array.from({ length: count }, open)
    this.#free = [...this.#all]
  }

  async take(signal: AbortSignal): Promise<NtlmSlot> {
    signal.throwIfAborted()
    const index = this.#free.findLastIndex((slot) => slot.isLoggedOn)
    const [slot] = this.#free.splice(Math.max(index, 0), 1)
    if (slot) return slot

    const { promise, resolve, reject } = Promise.withResolvers<NtlmSlot>()
    const onAbort = () => {
      const place = this.#waiting.indexOf(resolve)
      if (place >= 0) this.#waiting.splice(place, 1)
      reject(signal.reason as Error)
    }
    this.#waiting.push(resolve)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await promise
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  giveBack(slot: NtlmSlot): void {
    const next = this.#waiting.shift()
    if (next) next(slot)
    else this.#free.push(slot)
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((slot) => slot.close()))
  }
}
