import type { AdmissionRules, Refusal, Wanted } from '@lockstep/domain'
import type { Acceptance, Mailbox, TrailEntry } from '@lockstep/ledger'
import type { WakeQueue } from '@lockstep/queue'
import { type Admission, admit } from './admit.ts'
import type { EventProblem } from './problems.ts'

export type EventStatus = 'accepted' | 'stale' | 'refused' | 'invalid'

/** What became of one event. */
export type EventResult = {
  readonly id?: string
  readonly appointmentId?: string
  readonly version?: number
  readonly status: EventStatus
  /** Why it was refused. */
  readonly reason?: Refusal
  /** What is wrong with it, if it is invalid. Nothing of it was stored. */
  readonly problems?: readonly EventProblem[]
}

/** What taking events needs of the ledger. */
export type EventLedger = {
  find(address: string): Promise<Mailbox | undefined>
  accept(mailboxId: string, appointmentId: string, wanted: Wanted, nowMs: number): Promise<Acceptance>
  alias(mailboxId: string, exchangeId: string, appointmentId: string): Promise<void>
  note(mailboxId: string, entries: readonly TrailEntry[]): Promise<unknown>
}

export type TakeDeps = {
  ledger: EventLedger
  queues: { readonly outbound: Pick<WakeQueue, 'wakeAll'> }
  rules?: AdmissionRules | undefined
  nowMs?: () => number
  /** Hears of what failed after the events were stored: nothing is lost, the sweep makes up for it. */
  onError?: (error: Error) => void
}

/**
 * Stores what events ask for and wakes their mailboxes. When it resolves, everything that is `accepted` is in the
 * ledger; if it throws, the ledger is unavailable and the same events may be sent again as a whole.
 */
export async function takeEvents(events: readonly unknown[], deps: TakeDeps): Promise<EventResult[]> {
  const { ledger, rules, nowMs = Date.now, onError = () => {} } = deps
  const now = nowMs()
  const verdicts = events.map((event) => admit(event, { nowMs: now, rules }))
  const mailboxes = await findMailboxes(
    verdicts.flatMap((verdict) => (verdict.ok ? [verdict.admission] : [])),
    ledger,
  )

  const taken = await Promise.all(
    verdicts.map(async (verdict): Promise<Taken> => {
      if (verdict.ok) return take(verdict.admission, { ledger, mailboxes, nowMs: now })
      const { id, problems } = verdict
      return { result: { ...(id && { id }), status: 'invalid', problems }, touched: [] }
    }),
  )
  await afterwards(byMailbox(taken), deps).catch(onError)
  return taken.map(({ result }) => result)
}

/** One event; see `takeEvents`. */
export async function takeEvent(event: unknown, deps: TakeDeps): Promise<EventResult> {
  const [result] = await takeEvents([event], deps)
  return result!
}

/** The mailboxes that one event concerns, with what is to be entered in their trails. */
type Touch = { mailboxId: string; entry?: TrailEntry }
type Taken = { result: EventResult; touched: readonly Touch[] }
type Mailboxes = ReadonlyMap<string, Mailbox>
type Taking = { ledger: EventLedger; mailboxes: Mailboxes; nowMs: number }

async function take(admission: Admission, { ledger, mailboxes, nowMs }: Taking): Promise<Taken> {
  const { id, appointmentId, version, wanted, refusal } = admission
  const head = { id, appointmentId, version }
  const { mailbox, previous, problem } = mailboxesOf(admission, mailboxes)
  if (!mailbox) return { result: { ...head, status: 'invalid', problems: [problem] }, touched: [] }

  const acceptance = wanted && (await store(admission, wanted, { ledger, mailbox, previous, nowMs }))
  const status = acceptance === 'stale' ? 'stale' : refusal ? 'refused' : 'accepted'
  const reason = status === 'refused' && refusal ? { reason: refusal } : {}
  const entry = {
    appointmentId,
    direction: 'outbound',
    step: status,
    atMs: nowMs,
    version,
    ...reason,
  } as const
  const touched = [{ mailboxId: mailbox.id, entry }, ...(previous ? [{ mailboxId: previous.id }] : [])]
  return { result: { ...head, status, ...reason }, touched }
}

type Storing = { ledger: EventLedger; mailbox: Mailbox; previous: Mailbox | undefined; nowMs: number }

/** An appointment that moved here is withdrawn from where it was, also if this event was here before. */
async function store(
  { appointmentId, version, exchangeId }: Admission,
  wanted: Wanted,
  { ledger, mailbox, previous, nowMs }: Storing,
): Promise<Acceptance> {
  const withdrawn: Wanted = { kind: 'absent', reason: 'cancelled', version, atMs: wanted.atMs }
  if (exchangeId !== undefined) await ledger.alias(mailbox.id, exchangeId, appointmentId)
  const [acceptance] = await Promise.all([
    ledger.accept(mailbox.id, appointmentId, wanted, nowMs),
    previous && ledger.accept(previous.id, appointmentId, withdrawn, nowMs),
  ])
  return acceptance
}

type Found =
  | { mailbox: Mailbox; previous: Mailbox | undefined; problem?: never }
  | { mailbox?: never; previous?: never; problem: EventProblem }

/** A previous mailbox that is not enabled holds nothing of ours. */
function mailboxesOf({ mailbox: address, previousMailbox }: Admission, mailboxes: Mailboxes): Found {
  const mailbox = mailboxes.get(address)
  const previous = previousMailbox === undefined ? undefined : mailboxes.get(previousMailbox)
  if (!mailbox) return { problem: unknownMailbox }
  return mailbox.id === previous?.id ? { problem: sameMailbox } : { mailbox, previous }
}

export const unknownMailbox: EventProblem = {
  pointer: '/data/mailbox',
  detail: '`mailbox` is not enabled for synchronisation.',
  mend: 'Use the primary address of an enabled mailbox, or have this one enabled.',
}

const sameMailbox: EventProblem = {
  pointer: '/data/previousMailbox',
  detail: '`previousMailbox` is the same mailbox as `mailbox`.',
  mend: 'Name it only when the appointment has moved to another mailbox.',
}

async function findMailboxes(admissions: readonly Admission[], ledger: EventLedger): Promise<Mailboxes> {
  const addresses = new Set(
    admissions.flatMap(({ mailbox, previousMailbox }) => [
      mailbox,
      ...(previousMailbox ? [previousMailbox] : []),
    ]),
  )
  const found = await Promise.all(
    [...addresses].map(async (address) => [address, await ledger.find(address)] as const),
  )
  return new Map(found.flatMap(([address, mailbox]) => (mailbox ? [[address, mailbox] as const] : [])))
}

/** In the order of the events, whichever was stored first. */
function byMailbox(taken: readonly Taken[]): ReadonlyMap<string, readonly TrailEntry[]> {
  const grouped = Map.groupBy(
    taken.flatMap(({ touched }) => touched),
    ({ mailboxId }) => mailboxId,
  )
  return new Map(
    [...grouped].map(([mailboxId, touched]) => [mailboxId, touched.flatMap(({ entry }) => entry ?? [])]),
  )
}

/** The mailboxes are woken even for stale events: whoever stored the newer one may have died before it came to that. */
async function afterwards(
  touched: ReadonlyMap<string, readonly TrailEntry[]>,
  { ledger, queues }: TakeDeps,
): Promise<void> {
  await Promise.all([
    queues.outbound.wakeAll([...touched.keys()]),
    ...[...touched].map(([mailboxId, entries]) => entries.length > 0 && ledger.note(mailboxId, entries)),
  ])
}
