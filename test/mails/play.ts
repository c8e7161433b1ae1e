import { eventually } from '@lockstep/runtime/testing'
import { expect } from 'vitest'
import { type Random, randomOf } from '../model/random.ts'
import { event } from '../support/events.ts'
import { alice, bob, carol, type System } from '../support/system.ts'
import { mailed } from './count.ts'
import { type Edit, randomEdit } from './edits.ts'
import { apply, type Meeting, newMeeting } from './meeting.ts'

export type Played = { edits: number; byKind: Record<string, number>; mails: number; counted: number }

const mailboxes = [alice, bob, carol]
const restMs = 30_000

/** Plays so many random edits, a round of one for each meeting at a time, and compares the mails after each round. */
export async function play(
  system: System,
  { seed, edits, meetings: count }: { seed: number; edits: number; meetings: number },
): Promise<Played> {
  const random = randomOf(seed)
  const meetings = Array.from({ length: count }, (_, n) => newMeeting(n, mailboxes[n % 3]!))
  const muted = new Set<string>()
  const book: Book = { expected: [], ofUsers: new Set(), byKind: {} }
  system.application.answerWith((change) => {
    const meeting = meetings.find(({ id }) => id === change.data.appointmentId)
    if (meeting) apply(meeting, change)
    return { status: 204 }
  })

  for (let done = 0; done < edits; done += count) {
    await disturb(system, random, muted)
    const round = meetings.slice(0, edits - done).map((meeting, n) => {
      return { meeting, edit: randomEdit(random, meeting, done + n + 1) }
    })
    await Promise.all(round.map(({ meeting, edit }) => carryOut(system, meeting, edit, { muted, book })))
    expect({ seed, done, mails: ourMails(system, book) }).toEqual({
      seed,
      done,
      mails: book.expected.toSorted(),
    })
  }
  const mails = ourMails(system, book).length
  return { edits, byKind: book.byKind, mails, counted: book.expected.length }
}

type Book = {
  readonly expected: string[]
  /** Mails that users' own doing sent. */
  readonly ofUsers: Set<unknown>
  readonly byKind: Record<string, number>
}

/** Between the edits: mail is switched off or on for a mailbox, or its calendar is compared whole. */
async function disturb(system: System, random: Random, muted: Set<string>): Promise<void> {
  const mailbox = random.pick(mailboxes)
  if (random.chance(0.2)) {
    const mute = !muted.has(mailbox)
    await system.set({ mute }, mailbox)
    if (mute) muted.add(mailbox)
    else muted.delete(mailbox)
  }
  if (random.chance(0.2)) await system.act(random.pick(mailboxes), 'repair')
}

type Circumstances = { muted: ReadonlySet<string>; book: Book }

async function carryOut(
  system: System,
  meeting: Meeting,
  edit: Edit,
  { muted, book }: Circumstances,
): Promise<void> {
  const kind = `${edit.side} ${edit.kind}`
  book.byKind[kind] = (book.byKind[kind] ?? 0) + 1
  if (edit.side === 'exchange') return editAtExchange(system, meeting, edit, book)
  const before = meeting.isHeld ? meeting.content : undefined
  const { after } = edit
  const { wasSent, mailbox, id } = meeting
  const recipients = mailed({ before, after, wasSent, isMuted: muted.has(mailbox), nowMs: Date.now() })
  for (const recipient of recipients ?? []) book.expected.push(`m${meeting.label} to ${recipient}`)
  meeting.wasSent = after !== undefined && (before !== undefined && wasSent ? true : recipients !== undefined)
  meeting.version++
  meeting.isHeld = after !== undefined
  if (after) meeting.content = after
  const head = { id, mailbox, version: meeting.version, basedOn: meeting.revision }
  const told = event(head, after)
  await system.send(...(edit.isDoubled ? [told, told] : [told]))
  await system.settled(mailbox, id, meeting.version, restMs)
}

async function editAtExchange(
  system: System,
  meeting: Meeting,
  { after }: Edit,
  { ofUsers }: Book,
): Promise<void> {
  const { simulator, state } = system
  const { mailbox, id, label, revision } = meeting
  const items = simulator.calendarOf(mailbox).filter(({ isOrganizer }) => isOrganizer)
  const item = items.find(({ subject }) => subject.startsWith(`m${label} `))!
  const sentBefore = simulator.mails.length
  if (after) {
    const { subject, body, start, end, location } = after
    simulator.userUpdates(mailbox, item.itemId, { subject, body, start, end, location })
    if (after.attendees.length > 0) meeting.wasSent = true
  } else simulator.userDeletes(mailbox, item.itemId)
  for (const mail of simulator.mails.slice(sentBefore)) ofUsers.add(mail)
  await eventually(async () => {
    expect(meeting.revision).toBeGreaterThan(revision)
    expect((await state(mailbox, id)).state).toBe('settled')
  }, restMs)
  if (!after) meeting.wasSent = false
}

/** What Lockstep mailed, by meeting and recipient. */
function ourMails({ simulator }: System, { ofUsers }: Book): string[] {
  return simulator.mails
    .filter((mail) => !ofUsers.has(mail))
    .map(({ subject, to }) => `${/m\d+/.exec(subject)![0]} to ${to.toLowerCase()}`)
    .toSorted()
}
