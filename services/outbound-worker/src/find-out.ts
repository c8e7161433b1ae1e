import {
  caughtUp,
  type Digest,
  type Field,
  type Finding,
  fingerprintsOf,
  holdsJoinBlock,
  isOver,
  type LinkedItem,
  refusalOf,
  type StampedItem,
  withMaking,
} from '@lockstep/domain'
import {
  areSameTimes,
  type CalendarItem,
  findAlike,
  ItemGoneError,
  type ItemHead,
  type Stamp,
} from '@lockstep/exchange'
import { ownItems } from '@lockstep/ledger'
import { missing, notFoundOut } from './outcome.ts'
import { findCopies, type Searching } from './find-copies.ts'
import type { OutboundSettings } from './outbound-settings.ts'
import type { Task } from './task.ts'

type Options = Searching & { settings: OutboundSettings }

/**
 * Looks at Exchange for the plans that need to know more: one read for all, a search for each lost create, and one in the
 * whole mailbox for all that the calendar lacks.
 */
export async function findOut(options: Options): Promise<void> {
  await readItems(options)
  await readMeetings(options)
  await findCopies(options)
  const searching = options.tasks.filter(({ plan, outcome }) => !outcome && plan.action === 'findStamped')
  const lacking = options.tasks.filter(({ plan, outcome }) => !outcome && plan.action === 'findElsewhere')
  await Promise.all([
    ...searching.map((task) => findStamped(task, options)),
    ...(lacking.length > 0 ? [findElsewhere(lacking, options)] : []),
  ])
}

async function readItems(options: Options): Promise<void> {
  const { gateway, mailbox, tasks, settings, digest, signal } = options
  const reading = tasks.flatMap((task) => {
    const { item } = task.attempt.record.link
    return item && (task.mustRead || task.plan.action === 'read') ? [{ task, item }] : []
  })
  if (reading.length === 0) return
  try {
    const itemIds = reading.map(({ item }) => item.itemId)
    const results = await gateway.getItems(mailbox.address, itemIds, { signal, direction: 'outbound' })
    for (const [index, result] of results.entries()) {
      const { task, item } = reading[index]!
      task.mustRead = false
      if (result.ok) take(task, result.value, settings, digest)
      else if (result.error instanceof ItemGoneError) await confirmGone(task, item, result.error, options)
      else task.outcome = notFoundOut(result.error, task.attempt.attempts)
    }
  } catch (error) {
    for (const { task } of reading) task.outcome = notFoundOut(error, task.attempt.attempts)
  }
}

/** Who has to hear that what is deleted by its stamp is cancelled: it was never linked, and so not read. */
async function readMeetings({ gateway, mailbox, tasks, signal }: Options): Promise<void> {
  const reading = tasks.flatMap((task) => {
    const { plan, outcome, finding } = task
    const isByStamp = !outcome && plan.action === 'delete' && finding?.kind === 'stamped'
    return isByStamp ? [{ task, itemId: plan.itemIds[0]! }] : []
  })
  if (reading.length === 0) return
  try {
    const itemIds = reading.map(({ itemId }) => itemId)
    const results = await gateway.getItems(mailbox.address, itemIds, { signal, direction: 'outbound' })
    for (const [index, result] of results.entries()) {
      const { task } = reading[index]!
      if (result.ok) noteMeeting(task, result.value)
      else if (!(result.error instanceof ItemGoneError))
        task.outcome = notFoundOut(result.error, task.attempt.attempts)
    }
  } catch (error) {
    for (const { task } of reading) task.outcome = notFoundOut(error, task.attempt.attempts)
  }
}

/** That it is gone is believed if a search does not find it either. */
async function confirmGone(task: Task, item: LinkedItem, denial: ItemGoneError, options: Options) {
  const { appointmentId, wanted } = task.attempt.record
  const { ledger, gateway, mailbox, signal } = options
  try {
    const call = { signal, direction: 'outbound' as const }
    const alike = await findAlike(gateway, mailbox.address, { appointmentId, item }, call)
    if (alike.some(({ itemId }) => itemId === item.itemId))
      task.outcome = notFoundOut(denial, task.attempt.attempts)
    else if (wanted?.kind === 'absent')
      follow(task, item, await ownItems(ledger, mailbox.id, appointmentId, alike))
    else task.finding = { kind: 'gone' }
  } catch (error) {
    task.outcome = notFoundOut(error, task.attempt.attempts)
  }
}

/**
 * What is to go is followed to where it was moved: nobody would look for it later. Of several the other direction finds
 * out which one it is.
 */
function follow(task: Task, item: LinkedItem, found: readonly ItemHead[]): void {
  const [moved, ...others] = found
  if (!moved) {
    task.finding = { kind: 'gone' }
  } else if (others.length > 0) {
    task.outcome = missing()
  } else {
    const { record } = task.attempt
    const { itemId, uid } = moved
    const link = { ...record.link, item: { ...item, itemId, uid } }
    task.attempt = { ...task.attempt, record: { ...record, link } }
    task.mustRead = true
  }
}

function take(task: Task, item: CalendarItem, { refusePersonal }: OutboundSettings, digest: Digest): void {
  const { appointment } = item
  if (!item.inCalendar) {
    task.finding = { kind: 'gone' }
    return
  }
  const stamp = task.attempt.record.link.item?.stamped === true ? item.stamp : undefined
  const isBehind = stamp !== undefined && catchUp(task, stamp)
  const isAlike = appointment && task.appointment && areSameTimes(appointment, task.appointment)
  const reading = { refusePersonal, ...(stamp && !isBehind && { stamp }), alike: isAlike ? timesOnly : [] }
  task.finding = findingOf(item, reading, digest)
  noteMeeting(task, item)
  if (appointment) {
    task.found = appointment
    task.foundBody = appointment.body
  }
}

function noteMeeting(task: Task, { appointment, role }: CalendarItem): void {
  if (appointment)
    task.meeting = { role, attendees: appointment.attendees, isOver: isOver(appointment, Date.now()) }
}

/**
 * A version on the item that the ledger does not know was written by an earlier attempt, or is the wanted one. If it is
 * neither the ledger is behind: it was lost, or is an older copy.
 */
function catchUp(task: Task, stamp: Stamp): boolean {
  const { record, earlier } = task.attempt
  const { wanted, link } = record
  const isExplained =
    earlier !== undefined || (wanted?.kind === 'present' && wanted.version === stamp.version)
  const isBehind = !isExplained && stamp.version > link.written.version
  const known = isBehind ? caughtUp(record, stamp) : withMaking(record, stamp)
  task.attempt = { ...task.attempt, record: known }
  return isBehind
}

/** The stamp on a user's copy of an item of ours says nothing, and is left out: it is that of another appointment. */
type Reading = { refusePersonal: boolean; stamp?: Stamp; alike: readonly Field[] }

const timesOnly = ['when'] as const

function findingOf(item: CalendarItem, { refusePersonal, stamp, alike }: Reading, digest: Digest): Finding {
  const { appointment, changeKey, lastModifiedMs } = item
  const isRefused = !appointment || refusalOf(item, { refusePersonal }) !== undefined
  const fingerprints = appointment ? fingerprintsOf(appointment, digest) : undefined
  return {
    kind: 'item',
    isRefused,
    // A refused item is not compared, so its fingerprints are never looked at.
    observed: {
      changeKey,
      lastModifiedMs,
      fingerprints: fingerprints ?? ({} as never),
      alike,
      ...(appointment && holdsJoinBlock(appointment.body) && { joinBlock: true }),
    },
    ...(stamp && { stampedVersion: stamp.version, ...(stamp.base && { stampedBase: stamp.base }) }),
  }
}

async function findStamped(task: Task, { ledger, gateway, mailbox, signal }: Options): Promise<void> {
  try {
    const { appointmentId } = task.attempt.record
    const heads = await gateway.findByStamp(mailbox.address, appointmentId, { signal, direction: 'outbound' })
    const own = await ownItems(ledger, mailbox.id, appointmentId, heads)
    task.finding = { kind: 'stamped', items: own.flatMap(stampedItem) }
  } catch (error) {
    task.outcome = notFoundOut(error, task.attempt.attempts)
  }
}

/**
 * Asked for only when the calendar holds nothing with the stamp, and an intent is open. The calendar is looked at once
 * more after that: what was on its way back to it would be in neither otherwise.
 */
async function findElsewhere(tasks: readonly Task[], options: Options): Promise<void> {
  const { gateway, mailbox, signal } = options
  try {
    const ids = tasks.map(({ attempt }) => attempt.record.appointmentId)
    const call = { signal, direction: 'outbound' as const }
    const heads = await gateway.findElsewhereByStamp(mailbox.address, ids, call)
    await Promise.all(tasks.map((task) => findStamped(task, options)))
    for (const task of tasks) {
      const { appointmentId } = task.attempt.record
      const own = heads.filter(({ stamp }) => stamp?.appointmentId === appointmentId)
      if (task.finding?.kind === 'stamped')
        task.finding = { ...task.finding, elsewhere: own.flatMap(stampedItem) }
    }
  } catch (error) {
    for (const task of tasks) task.outcome = notFoundOut(error, task.attempt.attempts)
  }
}

function stampedItem({ itemId, changeKey, stamp }: ItemHead): StampedItem[] {
  return stamp ? [{ itemId, changeKey, ...stamp }] : []
}
