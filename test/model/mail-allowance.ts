import type { Memory } from './book.ts'
import type { Content } from './content.ts'

/** What attendees want to hear of; the attendees themselves apart. */
const relevant = ['subject', 'body', 'start', 'end', 'isAllDay', 'location'] as const

type MailKind = 'invitation' | 'update' | 'cancellation'

/** Answers and forwards are the users' own. */
export function isOrganizers(kind: string): kind is MailKind {
  return kind === 'invitation' || kind === 'update' || kind === 'cancellation'
}

export type Before = { readonly isLive: boolean; readonly content: Content }

/** Notes which mails one change of the application's is good for, at most. */
export function allowMails(memory: Memory, before: Before, after: Before): void {
  if (!before.isLive && after.isLive) allow(memory, 'invitation')
  if (before.isLive && !after.isLive) allow(memory, 'cancellation')
  if (!before.isLive || !after.isLive) return

  if (relevant.some((name) => !isEqual(before.content[name], after.content[name]))) allow(memory, 'update')
  const [was, is] = [addressesOf(before.content), addressesOf(after.content)]
  for (const address of is) if (!was.includes(address)) allow(memory, 'invitation', address)
  for (const address of was) if (!is.includes(address)) allow(memory, 'cancellation', address)
}

/** Both sides changed who attends: whoever attended at one of them may have been lost in the merge, or come back. */
export function allowContest(memory: Memory, times: number): void {
  for (let n = 0; n < times; n++)
    for (const kind of ['invitation', 'cancellation'] as const) allow(memory, kind)
}

/** How many mails of this kind this attendee may have got. */
export function allowedMails({ mails }: Memory, kind: MailKind, address: string): number {
  return (mails.get(kind) ?? 0) + (mails.get(`${kind} to ${address.toLowerCase()}`) ?? 0)
}

/** To everybody who attends, if no address is given: who that will be only the write decides. */
function allow({ mails }: Memory, kind: MailKind, address?: string): void {
  const key = address ? `${kind} to ${address}` : kind
  mails.set(key, (mails.get(key) ?? 0) + 1)
}

function addressesOf({ attendees }: Content): string[] {
  return attendees.map(({ address }) => address.toLowerCase())
}

function isEqual(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}
