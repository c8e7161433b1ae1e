import type { Memory } from './book.ts'
import type { Content } from './content.ts'

/** What attendees want to hear of; the attendees themselves apart. */
const relevant = ['subject', 'body', 'start', 'end', 'isAllDay', 'location'] as const

type MailKind = 'invitation' | 'update' | 'cancellation'

export type Before = { readonly isLive: boolean; readonly content: Content }

/**
 * Notes which mails one change of the application's is good for, at most. `others` attend at Exchange, as far as its
 * user saw to it.
 */
export function allowMails(memory: Memory, before: Before, after: Before, others: readonly string[]): void {
  const was = addressesOf(before.content)
  const is = addressesOf(after.content)
  const everybody = [...new Set([...was, ...is, ...others])]
  const allow = (kind: MailKind, to: readonly string[]) => {
    for (const address of to) {
      const key = mailKey(kind, address)
      memory.mails.set(key, (memory.mails.get(key) ?? 0) + 1)
    }
  }
  if (!before.isLive && after.isLive) allow('invitation', everybody)
  if (before.isLive && !after.isLive) allow('cancellation', everybody)
  if (!before.isLive || !after.isLive) return

  const isChanged = relevant.some((name) => !isEqual(before.content[name], after.content[name]))
  if (isChanged) allow('update', everybody)
  if (isEqual(before.content.attendees, after.content.attendees)) return
  // Whoever attends at Exchange alone may be lost in the merge, or be invited to stay.
  const isContested = others.some((address) => !was.includes(address)) || was.some((a) => !others.includes(a))
  allow('invitation', isContested ? everybody : is.filter((address) => !was.includes(address)))
  allow('cancellation', isContested ? everybody : was.filter((address) => !is.includes(address)))
}

export function mailKey(kind: string, address: string): string {
  return `${kind} to ${address.toLowerCase()}`
}

function addressesOf({ attendees }: Content): string[] {
  return attendees.map(({ address }) => address.toLowerCase())
}

function isEqual(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}
