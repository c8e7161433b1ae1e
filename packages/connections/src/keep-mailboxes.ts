import type { Ledger, Mailbox } from '@lockstep/ledger'
import type { Logger } from '@lockstep/runtime'
import { type Other, ownerOf } from './other-connections.ts'

export type MailboxKeeper = {
  /**
   * Enables mailboxes, as soon as Redis is there. One that was not known before is due at once: it is subscribed and
   * compared. One that another connection has is left to that one, and told.
   */
  enable(addresses: readonly string[]): Promise<Mailbox[]>
  /** As of the ledger; a mailbox that is not known may have been lost with it, and be kept, or its turn has not come yet. */
  find: Ledger['find']
  close(): void
}

type Deps = {
  log: Logger
  others: readonly Other[]
  onceRedisIsThere: <Result>(action: () => Promise<Result>) => Promise<Result>
}

const EVERY_MS = 5_000

const alreadyOwned =
  'a mailbox of MAILBOXES is enabled in another connection: forget it there, or take it off this list'

/**
 * Enables mailboxes, and again whenever the ledger turns out to have been lost: nobody restarts the processes when Redis
 * comes back empty. One that was forgotten on purpose is not enabled again by a process that is running. What was kept before the loss was
 * synchronised, stamps or not.
 */
export function keepMailboxes(ledger: Ledger, { log, others, onceRedisIsThere }: Deps): MailboxKeeper {
  const kept = new Set<string>()
  const awaiting = new Set<string>()
  let generation: string | undefined

  async function enable(addresses: Iterable<string>, { isRestored = false } = {}): Promise<Mailbox[]> {
    const mailboxes: Mailbox[] = []
    const unlisted: Mailbox[] = []
    for (const address of addresses) {
      const known = await ledger.find(address)
      const mailbox = known ?? (await ledger.enable(address, Date.now()))
      if (isRestored) await ledger.noteRestored(mailbox)
      if ((await ledger.mailboxState(mailbox.id)).listing === undefined) unlisted.push(mailbox)
      mailboxes.push(mailbox)
    }
    // Not before all are known: what is found in one of them counts for the others.
    for (const { id } of unlisted) await ledger.setInboundDue(id, Date.now())
    return mailboxes
  }
  /** Those that no other connection has. */
  async function ours(addresses: readonly string[]): Promise<string[]> {
    const mine: string[] = []
    for (const [index, address] of addresses.entries()) {
      const owner = (await ledger.find(address)) ? undefined : await ownerOf(address, others)
      if (!owner) mine.push(address)
      else log.error({ number: index + 1, owner: owner.name }, alreadyOwned)
    }
    return mine
  }
  async function look(): Promise<boolean> {
    const now = await ledger.generation()
    const isLost = generation !== undefined && now !== generation
    if (isLost) {
      log.warn({ mailboxes: kept.size }, 'the ledger was lost, mailboxes are enabled anew')
      await enable(kept, { isRestored: true })
    }
    generation = now
    return isLost
  }
  const timer = setInterval(() => {
    if (generation === undefined) return
    look().catch((error: unknown) => log.debug({ err: error }, 'could not see whether the ledger was lost'))
  }, EVERY_MS)

  return {
    async enable(addresses) {
      const names = addresses.map((address) => address.toLowerCase())
      for (const name of names) awaiting.add(name)
      const mailboxes = await onceRedisIsThere(async () => {
        await look()
        const mine = await ours(addresses)
        for (const address of mine) kept.add(address)
        return enable(mine)
      })
      for (const name of names) awaiting.delete(name)
      return mailboxes
    },
    async find(address) {
      const known = await ledger.find(address)
      if (known) return known
      if (awaiting.has(address.toLowerCase()))
        return (await ownerOf(address, others)) ? undefined : ledger.enable(address, Date.now())
      return generation !== undefined && (await look()) ? ledger.find(address) : undefined
    },
    close: () => clearInterval(timer),
  }
}
