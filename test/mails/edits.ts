import type { Random } from '../model/random.ts'
import { type Content, type Guest, type Meeting, when } from './meeting.ts'

export type Side = 'application' | 'exchange'

/** What is done to a meeting. `after` is missing if it is cancelled. */
export type Edit = {
  readonly side: Side
  readonly kind: string
  readonly after?: Content
  /** The producer sends the same event once more. */
  readonly isDoubled?: boolean
}

const people = ['alice', 'bob', 'carol'].map((name) => `${name}@contoso.example`)
const strangers = ['dan', 'eve', 'fay', 'gus'].map((name) => `${name}@elsewhere.example`)

/** Something that one side may do to the meeting now. */
export function randomEdit(random: Random, meeting: Meeting, serial: number): Edit {
  const { content, isHeld } = meeting
  const drawn = (side: Side, after: Content, kind: string): Edit => ({
    side,
    kind,
    after,
    isDoubled: random.chance(0.2),
  })
  if (!isHeld) {
    const hours = random.chance(0.15) ? -3 : 24
    const fresh = { ...content, ...when(hours, serial), attendees: guestsOf(random, meeting) }
    return drawn('application', fresh, 'create')
  }
  const side = random.weighted({ application: 3, exchange: 2 })
  const kind = random.weighted({
    details: 6,
    own: 4,
    guests: 5,
    both: 2,
    past: 1,
    future: 1,
    same: 1,
    cancel: 1,
  })
  if (kind === 'cancel') return { side, kind }
  if (side === 'exchange') return { side, kind, after: { ...content, ...details(random, meeting, serial) } }
  return drawn(side, { ...content, ...changes(random, meeting, serial)[kind]() }, kind)
}

function changes(random: Random, meeting: Meeting, serial: number) {
  const { content } = meeting
  const guests = () => ({ attendees: otherGuests(random, meeting) })
  return {
    details: () => details(random, meeting, serial),
    own: () => own(random, serial),
    guests,
    both: () => ({ ...details(random, meeting, serial), ...guests() }),
    past: () => when(-3, serial),
    future: () => when(24, serial),
    /** Nothing that counts: another order, other names. */
    same: () => ({
      attendees: content.attendees.toReversed().map((guest) => ({ ...guest, name: `Name ${serial}` })),
    }),
  } satisfies Record<string, () => Partial<Content>>
}

function details(random: Random, { label }: Meeting, serial: number): Partial<Content> {
  return random.pick<Partial<Content>>([
    { subject: `m${label} ${serial}` },
    { body: { contentType: 'text', content: `Agenda ${serial}` } },
    when(24 + (serial % 5), serial),
    { location: `Room ${serial}` },
  ])
}

/** What only the organiser cares about. */
function own(random: Random, serial: number): Partial<Content> {
  return random.pick<Partial<Content>>([
    { showAs: random.pick(['busy', 'free', 'tentative']) },
    { importance: random.pick(['low', 'normal', 'high']) },
    { reminderMinutesBeforeStart: serial % 120 },
    { categories: [`Category ${serial}`] },
  ])
}

function otherGuests(random: Random, meeting: Meeting): Guest[] {
  const { attendees } = meeting.content
  const known = attendees.map(({ address }) => address.toLowerCase())
  const others = guestsOf(random, meeting).filter(({ address }) => !known.includes(address))
  const staying = attendees.filter(() => random.chance(0.8))
  return [...staying, ...others.slice(0, 2)]
}

function guestsOf(random: Random, { mailbox }: Meeting): Guest[] {
  return [...people, ...strangers]
    .filter((address) => address !== mailbox && random.chance(0.3))
    .map((address) => ({ address, name: address, type: random.pick(['required', 'optional'] as const) }))
}
