import type { Content } from './meeting.ts'

/** One write of Lockstep's: what Exchange held, and what it is to hold; `undefined`: nothing. */
export type Write = {
  readonly before: Content | undefined
  readonly after: Content | undefined
  readonly wasSent: boolean
  readonly isMuted: boolean
  readonly nowMs: number
}

/**
 * Who is mailed for a write, by the words of guarantee 7: the attendees, if the meeting is not over and something changed
 * that they care about; if only the attendees changed, those who came or went. `undefined`: the write sends nothing at all.
 */
export function mailed({ before, after, wasSent, isMuted, nowMs }: Write): string[] | undefined {
  const last = after ?? before
  if (!last || isMuted || Date.parse(`${last.end.dateTime}Z`) <= nowMs) return undefined
  const [was, is] = [addressesOf(before), addressesOf(after)]
  const gone = was.filter((address) => !is.includes(address))
  if (!before || !after) return orNothing([...is, ...gone])

  const hasOtherGuests = guestsOf(before) !== guestsOf(after)
  if (detailsOf(before) !== detailsOf(after) && is.length > 0) return [...is, ...gone]
  if (!hasOtherGuests) return undefined
  // Who is on the list and was never mailed is invited now.
  return [...is.filter((address) => !wasSent || !was.includes(address)), ...gone]
}

function orNothing(addresses: string[]): string[] | undefined {
  return addresses.length > 0 ? addresses : undefined
}

function detailsOf({ subject, body, start, end, location }: Content): string {
  return JSON.stringify([subject, body.content, start.dateTime, end.dateTime, location])
}

function guestsOf({ attendees }: Content): string {
  return JSON.stringify(attendees.map(({ address, type }) => `${address.toLowerCase()} ${type}`).toSorted())
}

function addressesOf(content: Content | undefined): string[] {
  return content?.attendees.map(({ address }) => address.toLowerCase()) ?? []
}
