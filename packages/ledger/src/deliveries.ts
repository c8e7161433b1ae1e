import { isUnsettled, type Link, type Offer, revisionAt } from '@lockstep/domain'
import { dueIds } from './brakes.ts'
import { packItem, packLink, packOffer } from './codec/link.ts'
import { markOf } from './codec/mark.ts'
import { fieldsOf, recordOf, type StoredFields } from './codec/record.ts'
import type { Batch, Postponement, Told, ToldResult, UntoldAttempt } from './ledger.ts'
import type { Store } from './store.ts'

export type DeliveryLedger = {
  /**
   * Begins the deliveries that are due, the longest due first. What is being written to Exchange, or was with unknown
   * outcome, is left out until that is committed.
   */
  beginDeliveries(mailboxId: string, batch: Batch): Promise<UntoldAttempt[]>
  /**
   * Keeps what is about to be told and gives it the next revision, which tells the time too: an application never holds
   * a newer one, not even after the ledger was lost. The newest 16 are kept. `moved`: the record changed
   * since it was begun, or a version of the application came; this delivery is over, and the appointment is due now.
   */
  offer(
    mailboxId: string,
    attempt: UntoldAttempt,
    offer: Omit<Offer, 'revision'>,
    nowMs?: number,
  ): Promise<number | 'moved'>
  /**
   * Ends a delivery that succeeded, or that had nothing to tell: the link is replaced and the mark gone. If the
   * appointment was marked anew meanwhile the mark stays, due now. `moved`: nothing is stored, and it is due now.
   *
   * `renamedTo` moves the record to that id, where the application's events for it, if there are any yet, keep their
   * place. An id under which something was written to Exchange before is not given away: then it keeps the old one.
   */
  tell(mailboxId: string, attempt: UntoldAttempt, told: Told, nowMs: number): Promise<ToldResult>
  /** Ends a delivery that did not succeed, to be tried again. No effect once a later one began. */
  postponeDelivery(
    mailboxId: string,
    attempt: UntoldAttempt,
    dueMs: number,
    postponement: Postponement,
  ): Promise<void>
  /** Ends a delivery that cannot succeed, until it is replayed or the appointment is marked anew. */
  parkDelivery(mailboxId: string, attempt: UntoldAttempt, code: string, nowMs: number): Promise<void>
}

const OFFERS_KEPT = 16

/** How long what is being written is left alone, should its commit never come. */
const PUT_OFF_MS = 5_000

export function createDeliveries(store: Store, tombstoneMs: number): DeliveryLedger {
  return {
    beginDeliveries: (mailboxId, batch) => begin(store, mailboxId, batch),
    offer: async (mailboxId, attempt, offer, nowMs = offer.atMs) => {
      const { version = '', basedOn = 0 } = attempt.record.wanted ?? {}
      const least = Math.max(revisionAt(nowMs), basedOn + 1)
      const args = [attempt.epoch, nowMs, packOffer(offer), OFFERS_KEPT, least, version]
      const { scriptKeys, identity } = delivery(store, mailboxId, attempt)
      return ((await store.run('offer', scriptKeys, [...identity, ...args])) as number) || 'moved'
    },
    tell: async (mailboxId, attempt, told, nowMs) =>
      (await tell(store, tombstoneMs, { mailboxId, attempt, told, nowMs })) === 1 ? 'told' : 'moved',
    postponeDelivery: async (mailboxId, attempt, dueMs, { code, costsAttempt, awaitVersion }) => {
      const { scriptKeys, identity } = delivery(store, mailboxId, attempt)
      const how = ['', code ?? '', costsAttempt ? '1' : '', awaitVersion ?? '']
      const args = [...identity, attempt.epoch, attempt.mark.serial, dueMs, ...how]
      await store.run('release-delivery', [...scriptKeys, store.keys.parked(mailboxId)], args)
    },
    parkDelivery: async (mailboxId, attempt, code, nowMs) => {
      const { scriptKeys, identity } = delivery(store, mailboxId, attempt)
      const args = [...identity, attempt.epoch, attempt.mark.serial, nowMs, '1', code, '1', '']
      await store.run('release-delivery', [...scriptKeys, store.keys.parked(mailboxId)], args)
    },
  }
}

function delivery({ keys }: Store, mailboxId: string, { record: { appointmentId } }: UntoldAttempt) {
  return {
    scriptKeys: [keys.appointment(mailboxId, appointmentId), ...keys.dues('deliveries', mailboxId)],
    identity: [appointmentId, mailboxId],
  }
}

async function begin(store: Store, mailboxId: string, batch: Batch): Promise<UntoldAttempt[]> {
  const { keys, run } = store
  const { nowMs, leaseMs } = batch
  const due = keys.appointmentsDue('deliveries', mailboxId)
  const ids = await dueIds(store, 'deliveries', mailboxId, batch)
  if (ids.length === 0) return []

  const begun = (await run(
    'begin-deliveries',
    [due, ...ids.map((id) => keys.appointment(mailboxId, id))],
    [nowMs, nowMs + leaseMs, nowMs + PUT_OFF_MS, ...ids],
  )) as string[][]
  return ids.flatMap((id, n) => (begun[n]!.length > 0 ? [attemptOf(id, fieldsOf(begun[n]!))] : []))
}

function attemptOf(appointmentId: string, stored: StoredFields): UntoldAttempt {
  return {
    record: recordOf(appointmentId, stored),
    epoch: Number(stored['e']),
    attempts: Number(stored['ma']),
    mark: markOf(appointmentId, stored),
  }
}

type Tell = {
  readonly mailboxId: string
  readonly attempt: UntoldAttempt
  readonly told: Told
  readonly nowMs: number
}

function tell(
  store: Store,
  tombstoneMs: number,
  { mailboxId, attempt, told, nowMs }: Tell,
): Promise<unknown> {
  const { keys } = store
  const { appointmentId } = attempt.record
  const { link, renamedTo } = told
  const isOver = isForgettable(attempt, link)
  const isRenamed = renamedTo !== undefined && renamedTo !== appointmentId
  const scriptKeys = [
    keys.appointment(mailboxId, appointmentId),
    ...keys.dues('deliveries', mailboxId),
    ...keys.dues('outbound', mailboxId),
    keys.handles(mailboxId),
    keys.appointment(mailboxId, isRenamed ? renamedTo : appointmentId),
  ]
  const identity = [appointmentId, mailboxId, attempt.epoch, attempt.mark.serial, nowMs]
  const linked = [link.written.version, packLink(link), link.item ? packItem(link.item) : '']
  const ends = [isOver ? tombstoneMs : '', isRenamed ? renamedTo : '', tombstoneMs]
  return store.run('tell', scriptKeys, [...identity, ...linked, ...ends])
}

/** Neither side holds it any more: what is left only keeps old versions from bringing it back. */
function isForgettable({ record }: UntoldAttempt, link: Link): boolean {
  return !link.item && !link.told.holds && !link.asleep && !isUnsettled({ ...record, link })
}
