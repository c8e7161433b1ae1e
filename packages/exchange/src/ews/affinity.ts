import type { Dispatcher } from 'undici'

type Headers = Dispatcher.ResponseData['headers']

const mostMailboxes = 10_000

/**
 * The cookies by which load balancers and Exchange's front ends send a mailbox's calls to the same server again, kept
 * for each mailbox apart. They are a hint: without them a call takes longer, or lands where the mailbox is not known yet.
 */
export class Affinity {
  readonly #cookies = new Map<string, Map<string, string>>()

  /** The `Cookie` header for a call of this mailbox. */
  headerFor(mailbox: string): string | undefined {
    const cookies = this.#cookies.get(mailbox.toLowerCase())
    if (!cookies || cookies.size === 0) return undefined
    return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  learn(mailbox: string, headers: Headers): void {
    const lines = [headers['set-cookie'] ?? []].flat()
    if (lines.length === 0) return
    const key = mailbox.toLowerCase()
    const cookies = this.#cookies.get(key) ?? new Map<string, string>()
    for (const line of lines) {
      const [, name, value = ''] = /^\s*([^=;\s]+)=([^;]*)/.exec(line) ?? []
      if (name === undefined) continue
      if (isOver(line)) cookies.delete(name)
      else cookies.set(name, value.trim())
    }
    // The one that was not heard of for the longest goes first.
    this.#cookies.delete(key)
    this.#cookies.set(key, cookies)
    const [oldest] = this.#cookies.keys()
    if (this.#cookies.size > mostMailboxes && oldest !== undefined) this.#cookies.delete(oldest)
  }

  /** The server they lead to may be gone. */
  forget(mailbox: string): void {
    this.#cookies.delete(mailbox.toLowerCase())
  }
}

function isOver(line: string): boolean {
  const [, maxAge] = /;\s*max-age=(-?\d+)/i.exec(line) ?? []
  if (maxAge !== undefined) return Number(maxAge) <= 0
  const [, expires = ''] = /;\s*expires=([^;]+)/i.exec(line) ?? []
  return Date.parse(expires) <= Date.now()
}
