import {
  type Appointment,
  type ConflictValues,
  type Field,
  fingerprintsOf,
  isOver,
  isReversed,
  only,
  other,
  planReversal,
  sendOnUpdate,
  settingsInForce,
  valuesOf,
  withJoinBlock,
} from '@lockstep/domain'
import { ExchangeUnavailableError, ItemChangedError, ItemGoneError } from '@lockstep/exchange'
import type { AppointmentState, Mailbox } from '@lockstep/ledger'
import type { ConflictDeps } from './conflict-deps.ts'
import { type KnownConflict, knownConflict, knownValues } from './contested.ts'
import { type Live, lookAt, notNow } from './look.ts'
import { withMails } from './mails.ts'
import { changedMeanwhile, changedSince, foreign, notKept, notThere, obstacle } from './obstacles.ts'

type Asked = {
  readonly mailbox: Mailbox
  readonly state: AppointmentState
  readonly version: number
  readonly by: string
  /** How many reversals the caller knows of. */
  readonly expected: number | undefined
}

type Item = Extract<Live, { kind: 'item' }>

/**
 * Lets the other value of a conflict win: it is written to the item as a user's edit would be, so that the application
 * is told of it as of any other. What wins until now is sealed before, to be there for the way back.
 *
 * @throws a problem document if it cannot be done
 */
export async function reverse(deps: ConflictDeps, asked: Asked): Promise<void> {
  const { ledger } = deps
  const { mailbox, state, version } = asked
  const { record } = state
  const layers = await ledger.settingsOf(mailbox.id)
  const known = await knownConflict(deps, mailbox, record, version)
  const inTheWay = obstacle(state, known, layers, asked.expected)
  if (inTheWay) throw inTheWay

  const live = await lookAt(deps, mailbox, record)
  if (live.kind !== 'item') {
    await ledger.dropConflictValues(mailbox.id, record.appointmentId)
    throw notThere(live)
  }
  if (!known.kept) throw notKept()
  const plan = planReversal(record, known.contested, live.observed)
  if (plan.action === 'foreign') throw foreign(plan.fields)

  const chosen = chosenValues(known)
  const fields = known.contested.map(({ field }) => field)
  const isWritten = plan.action === 'changed' && holdsAlready(deps, live, chosen, fields)
  if (plan.action === 'changed' && !isWritten) throw changedSince(plan.fields)
  if (!isWritten) {
    await keepBoth(deps, asked, knownValues(record, known, live))
    const { mute } = settingsInForce(layers, deps.settingDefaults)
    await write(deps, mailbox, live, { chosen, fields, mute: mute.value })
  }
  await note(deps, asked, fields)
}

/** Of each field the value that does not win now. */
function chosenValues({ contested, kept }: KnownConflict): Partial<Appointment> {
  const values = contested.map(({ field, winner }) => valuesOf(kept!.values[other(winner)], [field]))
  if (values.some((each) => Object.keys(each).length === 0)) throw notKept()
  return Object.assign({}, ...values) as Partial<Appointment>
}

/** It was written before, by a call whose answer was lost. */
function holdsAlready(
  { digest }: ConflictDeps,
  { appointment, observed }: Item,
  chosen: Partial<Appointment>,
  fields: readonly Field[],
): boolean {
  const wanted = fingerprintsOf({ ...appointment, ...chosen }, digest)
  return fields.every((field) => wanted[field] === observed.fingerprints[field])
}

async function keepBoth(
  { ledger, seal }: ConflictDeps,
  { mailbox, state, version }: Asked,
  values: ConflictValues,
): Promise<void> {
  const { appointmentId } = state.record
  const sealed = seal.seal(values, { mailboxId: mailbox.id, appointmentId, version })
  if (!(await ledger.replaceConflictValues(mailbox.id, appointmentId, version, sealed))) throw notKept()
}

type Writing = {
  readonly chosen: Partial<Appointment>
  readonly fields: readonly Field[]
  readonly mute: boolean
}

async function write(
  deps: ConflictDeps,
  mailbox: Mailbox,
  { item, appointment: held }: Item,
  { chosen, fields, mute }: Writing,
): Promise<void> {
  const { itemId, changeKey, role } = item
  const body = chosen.body && withJoinBlock(chosen.body, held.body)
  const appointment = { ...held, ...chosen, ...(body && { body }) }
  const { attendees } = appointment
  const send = sendOnUpdate({ role, attendees, isOver: isOver(appointment, Date.now()), mute }, fields)
  const update = { itemId, changeKey, fields, appointment, send }
  // Taking the last attendee off mails one that is not on the list any more.
  const recipients = send === 'none' ? 0 : Math.max(1, attendees.length)
  await withMails(deps, mailbox, recipients, async () => {
    const [result] = await deps.gateway.updateItems(mailbox.address, [update], { direction: 'outbound' })
    if (!result!.ok) throw result!.error
  }).catch((error: unknown) => {
    const isOther = error instanceof ItemChangedError || error instanceof ItemGoneError
    throw isOther ? changedMeanwhile() : notNow(error)
  })
}

/** Notes the reversal with what Exchange made of the values, and has the application told. */
async function note(deps: ConflictDeps, asked: Asked, fields: readonly Field[]): Promise<void> {
  const { ledger, queues, log } = deps
  const { mailbox, state, version, by } = asked
  const { record } = state
  const { appointmentId } = record
  const after = await lookAt(deps, mailbox, record).catch((error: unknown) => {
    if (error instanceof ExchangeUnavailableError) return undefined
    throw error
  })
  const left = after?.kind === 'item' ? only(after.observed.fingerprints, fields) : {}
  const atMs = Date.now()
  const isBack = isReversed(record, version)
  await ledger.noteReversal(mailbox.id, appointmentId, { version, atMs, by, isBack, left })
  await ledger.mark(mailbox.id, { appointmentId, kind: 'look' }, atMs)
  await queues.deliveries.wakeQuietly(mailbox.id)
  await ledger.note(mailbox.id, [{ appointmentId, direction: 'outbound', step: 'reversed', atMs, version }])
  log.info({ mailboxId: mailbox.id, appointmentId, version, fields }, 'conflict reversed')
}
