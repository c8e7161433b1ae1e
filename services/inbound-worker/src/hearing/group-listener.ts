import type { CalendarGateway, Listening, ListeningEnd } from '@lockstep/exchange'
import type { GroupMember, Ledger } from '@lockstep/ledger'
import type { WakeQueue } from '@lockstep/queue'
import type { Logger } from '@lockstep/runtime'
import { GroupMembers } from './group-members.ts'
import { Latch } from './latch.ts'

export type GroupListenerDeps = {
  ledger: Ledger
  gateway: CalendarGateway
  inbound: Pick<WakeQueue, 'wakeAll' | 'wakeQuietly'>
  log: Logger
}

type Open = {
  readonly listening: Listening
  readonly ids: ReadonlySet<string>
  readonly sinceMs: number
  end?: ListeningEnd
}

/** Newcomers wait for each other so long: after each new connection all members are compared. */
const regroupMs = 5_000
const firstRestMs = 1_000
const mostRestMs = 30_000
/** A connection that breaks sooner is none. */
const steadyMs = 60_000

/**
 * Listens to the mailboxes of one group over one connection, and renews it for as long as the group is ours. Whatever
 * may have been missed, since a connection did not end in order, is found by comparing.
 */
export class GroupListener {
  readonly #deps: GroupListenerDeps
  readonly #members: GroupMembers
  readonly #stopping = new AbortController()
  readonly #latch = new Latch()
  readonly #running: Promise<void>
  #failures = 0
  #restsUntilMs = 0

  constructor(group: string, deps: GroupListenerDeps) {
    this.#deps = { ...deps, log: deps.log.child({ group }) }
    this.#members = new GroupMembers(this.#deps)
    this.#running = this.#run()
  }

  async update(members: readonly GroupMember[], readAtMs: number): Promise<void> {
    if (await this.#members.update(members, readAtMs)) this.#latch.set()
  }

  /** The subscriptions stay, for whoever listens next. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#latch.set()
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    const state: { open?: Open | undefined; isMissed: boolean } = { isMissed: true }
    while (!signal.aborted) {
      try {
        await this.#turn(state)
      } catch (error) {
        state.isMissed = true
        this.#deps.log.warn({ code: this.#fail(error) }, 'listening failed')
      }
      await this.#latch.wait(this.#nextMs(state.open) - Date.now())
    }
    state.open?.listening.close()
  }

  /** Does what is to be done now: ends, renews and opens connections. */
  async #turn(state: { open?: Open | undefined; isMissed: boolean }): Promise<void> {
    if (state.open?.end) {
      const { end, sinceMs } = state.open
      state.open = undefined
      state.isMissed = await this.#heed(end, sinceMs)
    }
    const nowMs = Date.now()
    if (!state.open || nowMs >= state.open.sinceMs + regroupMs)
      await this.#members.subscribe(this.#stopping.signal)
    if (state.open && hasNew(state.open.ids, this.#members.ids)) {
      state.open.listening.close()
      state.open = undefined
      state.isMissed = true
    }
    if (state.open || nowMs < this.#restsUntilMs) return
    state.open = await this.#open(state.isMissed)
    if (state.open) state.isMissed = false
  }

  async #open(isMissed: boolean): Promise<Open | undefined> {
    const { gateway, inbound, log } = this.#deps
    const { ids, anchor } = this.#members
    if (ids.length === 0) return undefined
    const call = { signal: this.#stopping.signal, direction: 'inbound' as const }
    let open: Open | undefined
    try {
      const onChange = (id: string) => void this.#tell(id).catch(() => open?.listening.close())
      const listening = await gateway.listen({ anchor }, ids, onChange, call)
      open = { listening, ids: new Set(ids), sinceMs: Date.now() }
    } catch (error) {
      await this.#giveUp(this.#fail(error))
      return undefined
    }
    const opened = open
    void opened.listening.ended.then((end) => {
      opened.end = end
      this.#latch.set()
    })
    await inbound.wakeAll(await this.#members.noteListened(isMissed))
    log.info({ mailboxes: ids.length }, 'listening')
    return opened
  }

  /** Says whether anything may have been missed. */
  async #heed(end: ListeningEnd, sinceMs: number): Promise<boolean> {
    if (end.kind === 'over') return false
    if (end.kind === 'lost') {
      await this.#members.lose(end.subscriptionIds)
      this.#deps.log.info({ mailboxes: end.subscriptionIds.length }, 'subscriptions were lost')
      return false
    }
    if (Date.now() - sinceMs > steadyMs) this.#failures = 0
    this.#failures += 1
    // One that lasted may be opened again at once.
    if (this.#failures > 1) await this.#giveUp(this.#fail(end.error))
    this.#deps.log.info({ code: end.error.code }, 'a connection broke')
    return true
  }

  /** It is tried again later, from another anchor. */
  #fail(error: unknown): string {
    const { code = 'UNKNOWN', retryAfterMs = 0 } = error as { code?: string; retryAfterMs?: number }
    this.#restsUntilMs =
      Date.now() + Math.max(retryAfterMs, Math.min(firstRestMs * 2 ** this.#failures, mostRestMs))
    this.#failures += 1
    this.#members.changeAnchor()
    return code
  }

  async #giveUp(code: string): Promise<void> {
    if (this.#stopping.signal.aborted) return
    const affected = await this.#members.noteUnheard(code)
    if (affected.length > 0) this.#deps.log.warn({ code, mailboxes: affected.length }, 'not listening')
    await this.#deps.inbound.wakeAll(affected)
  }

  async #tell(subscriptionId: string): Promise<void> {
    const mailboxId = this.#members.mailboxOf(subscriptionId)
    if (mailboxId === undefined) return
    const { ledger, inbound, log } = this.#deps
    const nowMs = Date.now()
    await Promise.all([ledger.noteNotified(mailboxId, nowMs), ledger.wakeInbound(mailboxId, nowMs)])
    await inbound.wakeQuietly(mailboxId)
    log.info({ mailboxId }, 'notification')
  }

  #nextMs(open: Open | undefined): number {
    const { nextDueMs, ids } = this.#members
    if (open) return open.end ? 0 : Math.max(nextDueMs, open.sinceMs + regroupMs)
    return Math.min(nextDueMs, ids.length > 0 ? this.#restsUntilMs : Infinity)
  }
}

function hasNew(known: ReadonlySet<string>, ids: readonly string[]): boolean {
  return ids.some((id) => !known.has(id))
}
