import type { CalendarGateway } from '@lockstep/exchange'
import type { GroupMember, Ledger } from '@lockstep/ledger'
import type { Logger } from '@lockstep/runtime'

type Member = {
  readonly mailboxId: string
  readonly address: string
  subscriptionId?: string
  /** When that was saved: what was read of the ledger before does not count. */
  savedAtMs: number
  tries: number
  restsUntilMs: number
  /** Noted as listened to. */
  isListened: boolean
}

export type MembersDeps = { ledger: Ledger; gateway: CalendarGateway; log: Logger }

/** So many at a time are subscribed: others want to make calls, too. */
const atATime = 4
const firstRestMs = 5_000
const mostRestMs = 300_000
/** A subscription that is lost sooner is none. */
const steadyMs = 60_000

/** The mailboxes of a group, with their subscriptions. */
export class GroupMembers {
  readonly #deps: MembersDeps
  readonly #members = new Map<string, Member>()
  #anchor: string | undefined

  constructor(deps: MembersDeps) {
    this.#deps = deps
  }

  /** The mailbox whose server the group's connection leads to: the first by its address, as long as it is there. */
  get anchor(): string {
    const addresses = [...this.#members.values()].map(({ address }) => address).toSorted()
    if (this.#anchor === undefined || !addresses.includes(this.#anchor)) this.#anchor = addresses[0] ?? ''
    return this.#anchor
  }

  get subscribed(): readonly Member[] {
    return [...this.#members.values()].filter(({ subscriptionId }) => subscriptionId !== undefined)
  }

  get ids(): readonly string[] {
    return this.subscribed.map(({ subscriptionId }) => subscriptionId!)
  }

  mailboxOf(subscriptionId: string): string | undefined {
    return this.subscribed.find((member) => member.subscriptionId === subscriptionId)?.mailboxId
  }

  /** When the next one that has no subscription may be subscribed. */
  get nextDueMs(): number {
    const missing = [...this.#members.values()].filter(({ subscriptionId }) => subscriptionId === undefined)
    return Math.min(Infinity, ...missing.map(({ restsUntilMs }) => restsUntilMs))
  }

  /** The anchor may be what is the matter: the next connection has another one. */
  changeAnchor(): void {
    const addresses = this.subscribed.map(({ address }) => address).toSorted()
    this.#anchor = addresses[(addresses.indexOf(this.anchor) + 1) % addresses.length]
  }

  /** Takes over who belongs to the group, as the ledger said at `readAtMs`. Says whether anything changed. */
  async update(known: readonly GroupMember[], readAtMs: number): Promise<boolean> {
    const byId = new Map(known.map((member) => [member.mailboxId, member]))
    let hasChanged = false
    for (const member of this.#members.values()) {
      const now = byId.get(member.mailboxId)
      const hasLeft = !now || (now.subscriptionId === undefined && member.savedAtMs < readAtMs)
      if (hasLeft && (!now || member.subscriptionId !== undefined)) {
        this.#drop(member)
        hasChanged = true
      }
    }
    for (const { mailboxId, subscriptionId } of known) {
      if (this.#members.has(mailboxId)) continue
      const mailbox = await this.#deps.ledger.byId(mailboxId)
      if (!mailbox) continue
      this.#members.set(mailboxId, {
        mailboxId,
        address: mailbox.address,
        ...(subscriptionId !== undefined && { subscriptionId }),
        savedAtMs: 0,
        tries: 0,
        restsUntilMs: 0,
        isListened: false,
      })
      hasChanged = true
    }
    return hasChanged
  }

  /** Subscribes those that have no subscription and need not rest. */
  async subscribe(signal: AbortSignal): Promise<void> {
    const nowMs = Date.now()
    const due = [...this.#members.values()].filter(
      ({ subscriptionId, restsUntilMs }) => subscriptionId === undefined && restsUntilMs <= nowMs,
    )
    const group = { anchor: this.anchor }
    const lines = Array.from({ length: atATime }, async () => {
      for (let member = due.shift(); member && !signal.aborted; member = due.shift())
        await this.#subscribe(member, group, signal)
    })
    await Promise.all(lines)
  }

  /** These are no more. They are subscribed again at once, or later if that was of no avail before. */
  async lose(ids: readonly string[]): Promise<void> {
    const lost = this.subscribed.filter(({ subscriptionId }) => ids.includes(subscriptionId!))
    for (const member of lost) {
      // One that is lost soon, and again, is tried again later.
      const isEarly = Date.now() - member.savedAtMs < steadyMs
      if (isEarly && member.tries > 0) {
        rest(member, 0)
        await this.#deps.ledger.noteStreaming([member.mailboxId], { code: 'LOST' })
      } else member.tries = isEarly ? 1 : 0
      delete member.subscriptionId
      member.isListened = false
      await this.#deps.ledger.saveStreamingId(member.mailboxId, undefined)
      member.savedAtMs = Date.now()
    }
  }

  /** Notes that those who are subscribed are listened to. `missed`: all of them may have missed something. */
  async noteListened(missed: boolean): Promise<string[]> {
    const affected = this.subscribed.filter(({ isListened }) => missed || !isListened)
    const ids = affected.map(({ mailboxId }) => mailboxId)
    for (const member of affected) member.isListened = true
    for (const member of this.subscribed) if (Date.now() - member.savedAtMs > steadyMs) member.tries = 0
    await this.#deps.ledger.noteStreaming(ids, { sinceMs: Date.now() })
    return ids
  }

  /** Notes that nobody is listened to. Gives those that were. */
  async noteUnheard(code: string): Promise<string[]> {
    const all = [...this.#members.values()]
    const affected = all.filter(({ isListened }) => isListened).map(({ mailboxId }) => mailboxId)
    for (const member of all) member.isListened = false
    await this.#deps.ledger.noteStreaming(
      all.map(({ mailboxId }) => mailboxId),
      { code },
    )
    return affected
  }

  async #subscribe(member: Member, group: { anchor: string }, signal: AbortSignal): Promise<void> {
    const { mailboxId, address } = member
    const { gateway, ledger, log } = this.#deps
    try {
      const id = await gateway.subscribeStreaming(address, group, { signal, direction: 'inbound' })
      await ledger.saveStreamingId(mailboxId, id)
      member.subscriptionId = id
      member.savedAtMs = Date.now()
    } catch (error) {
      const { code = 'UNKNOWN', retryAfterMs = 0 } = error as { code?: string; retryAfterMs?: number }
      rest(member, retryAfterMs)
      member.isListened = false
      if (signal.aborted) return
      log.info({ mailboxId, code }, 'could not subscribe to a stream')
      await ledger.noteStreaming([mailboxId], { code }).catch(() => {})
    }
  }

  #drop({ mailboxId, address, subscriptionId }: Member): void {
    this.#members.delete(mailboxId)
    if (subscriptionId === undefined) return
    const call = { direction: 'inbound' as const }
    // It would lapse by itself.
    this.#deps.gateway.unsubscribe(address, subscriptionId, call).catch(() => {})
  }
}

function rest(member: Member, atLeastMs: number): void {
  const restMs = Math.max(atLeastMs, Math.min(firstRestMs * 2 ** member.tries, mostRestMs))
  member.tries += 1
  member.restsUntilMs = Date.now() + restMs
}
