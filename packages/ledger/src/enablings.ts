import { randomBytes } from 'node:crypto'
import type { Store } from './store.ts'

/** One step of the test of a mailbox, as it was found. */
export type EnablingStep = {
  readonly name: string
  readonly outcome: 'ok' | 'warning' | 'failed' | 'skipped'
  readonly says: string
  readonly code?: string
  readonly mend?: string
}

export type EnablingEnd = {
  readonly atMs: number
  /** `passed`: only the test was asked for. */
  readonly outcome: 'enabled' | 'passed' | 'failed'
  /** None for a mailbox that was enabled already. */
  readonly steps: readonly EnablingStep[]
}

/** That somebody asked for a mailbox to be tested, and to be enabled if it passes. */
export type Enabling = {
  /** Of this request: one that replaced it has another. */
  readonly id: string
  readonly address: string
  readonly enables: boolean
  readonly requestedAtMs: number
  /** Tests that were begun. */
  readonly attempts: number
  /** Missing until it has come to its end. */
  readonly ended?: EnablingEnd
}

type Requested = { readonly enables: boolean; readonly nowMs: number }
type Taking = { readonly limit: number; readonly leaseMs: number; readonly nowMs: number }

export type EnablingLedger = {
  /** Asks for these mailboxes. One that is asked for already is not asked for twice. */
  requestEnabling(addresses: readonly string[], requested: Requested): Promise<void>
  /**
   * Some that nobody has in hand, the one asked for first first. They are the caller's until the lease ends; if nothing
   * is said by then, somebody else's. What ended more than a day ago is forgotten.
   */
  takeEnablings(taking: Taking): Promise<Enabling[]>
  /** Those in hand stay so until then. */
  renewEnablings(addresses: readonly string[], untilMs: number): Promise<void>
  /** It was not tested after all: it is anybody's at once, and it costs no attempt. */
  giveBackEnabling(enabling: Enabling, nowMs: number): Promise<void>
  /** Keeps what came of it for a day. Says `false` if it is not asked for any more, or anew. */
  endEnabling(enabling: Enabling, end: EnablingEnd): Promise<boolean>
  enabling(address: string): Promise<Enabling | undefined>
  /** All of them, or those of these addresses; the one asked for first first. */
  enablings(addresses?: readonly string[]): Promise<Enabling[]>
  /** It is asked for no more. Says whether it was. */
  dropEnabling(address: string): Promise<boolean>
}

const KEPT_MS = 86_400_000

export function createEnablings({ keys, pipeline, run, send }: Store): EnablingLedger {
  const { all, due, ended } = keys.enablings
  const ledger: EnablingLedger = {
    async requestEnabling(addresses, { enables, nowMs }) {
      const requests = addresses.map((address): Enabling => ({
        id: randomBytes(8).toString('hex'),
        address: address.toLowerCase(),
        enables,
        requestedAtMs: nowMs,
        attempts: 0,
      }))
      const args = requests.flatMap((request) => [request.address, JSON.stringify(request)])
      await run('request-enabling', [all, due, ended], [nowMs, enables ? 1 : 0, ...args])
    },
    async takeEnablings({ limit, leaseMs, nowMs }) {
      const args = [nowMs, nowMs + leaseMs, limit, nowMs - KEPT_MS]
      const taken = await run('take-enablings', [all, due, ended], args)
      return (taken as string[]).map(read)
    },
    async renewEnablings(addresses, untilMs) {
      await pipeline((commands) => {
        for (const address of addresses) commands.zadd(due, 'XX', untilMs, address.toLowerCase())
      })
    },
    async giveBackEnabling(enabling, nowMs) {
      const begun = { ...enabling, attempts: enabling.attempts - 1 }
      await run('end-enabling', [all, due, ended], [...namesOf(enabling), JSON.stringify(begun), nowMs, ''])
    },
    async endEnabling(enabling, end) {
      const known = { ...enabling, ended: end }
      const args = [...namesOf(enabling), JSON.stringify(known), end.atMs, 1]
      return (await run('end-enabling', [all, due, ended], args)) === 1
    },
    async enabling(address) {
      const stored = await send((redis) => redis.hget(all, address.toLowerCase()))
      return stored === null ? undefined : read(stored)
    },
    async enablings(addresses) {
      const names = addresses?.map((address) => address.toLowerCase())
      const stored = await send((redis) => (names ? redis.hmget(all, ...names) : redis.hvals(all)))
      const found = stored.flatMap((enabling) => (enabling === null ? [] : [read(enabling)]))
      return found.sort((a, b) => a.requestedAtMs - b.requestedAtMs || a.address.localeCompare(b.address))
    },
    async dropEnabling(address) {
      const name = address.toLowerCase()
      const [dropped] = await pipeline((commands) => {
        commands.hdel(all, name)
        commands.zrem(due, name)
        commands.zrem(ended, name)
      })
      return dropped === 1
    },
  }
  return ledger
}

function namesOf({ address, id }: Enabling): [string, string] {
  return [address, id]
}

function read(stored: string): Enabling {
  return JSON.parse(stored) as Enabling
}
