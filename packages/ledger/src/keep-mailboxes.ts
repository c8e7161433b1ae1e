import type { Ledger } from './create-ledger.ts'

export type MailboxKeeper = {
  /** Enables the mailboxes anew if the ledger was lost since it was last looked at. Says whether it was. */
  look(): Promise<boolean>
  close(): void
}

type Options = {
  addresses: readonly string[]
  everyMs?: number
  /** Hears that the ledger was lost, and begins anew. */
  onLost: () => void
  onError: (error: Error) => void
}

const EVERY_MS = 5_000

/**
 * Enables the mailboxes, and again whenever the ledger turns out to have been lost: nobody restarts the processes when
 * Redis comes back empty. One that was forgotten on purpose is not enabled again by a process that is running.
 */
export async function keepMailboxes(ledger: Ledger, options: Options): Promise<MailboxKeeper> {
  const { addresses, everyMs = EVERY_MS, onLost, onError } = options
  const enable = async () => {
    for (const address of addresses) {
      if (await ledger.find(address)) continue
      const { id } = await ledger.enable(address, Date.now())
      await ledger.setInboundDue(id, Date.now())
    }
  }
  let generation = await ledger.generation()
  await enable()

  const look = async () => {
    const now = await ledger.generation()
    if (now === generation) return false
    generation = now
    onLost()
    await enable()
    return true
  }
  const timer = setInterval(() => void look().catch(onError), everyMs)
  return { look, close: () => clearInterval(timer) }
}
