import {
  type Digest,
  fingerprintsOf,
  holdsJoinBlock,
  isUntouched,
  type LinkedItem,
  type Look,
  type Refusal,
  refusalOf,
} from '@lockstep/domain'
import { type Appointment } from '@lockstep/domain'
import { type CalendarGateway, type CalendarItem, ItemGoneError, type ItemResult } from '@lockstep/exchange'
import { type Ledger, type Mailbox, ownItems, type UntoldAttempt } from '@lockstep/ledger'

/** What was found, and the content to tell, which is forgotten once it is told. */
export type Looked = {
  readonly look: Look
  readonly appointment?: Appointment
  readonly lastModifiedMs?: number
}

type Deps = { ledger: Ledger; gateway: CalendarGateway; digest: Digest; refusePersonal: boolean }

export type LookAt = (
  mailbox: Mailbox,
  attempts: readonly UntoldAttempt[],
  signal: AbortSignal,
) => Promise<ItemResult<Looked>[]>

/** Reads the items of marked appointments, in one batch. What is known to be refused is not read. */
export function createLookAt({ ledger, gateway, digest, refusePersonal }: Deps): LookAt {
  return async function lookAt(mailbox, attempts, signal) {
    const call = { signal, direction: 'inbound' as const }
    const items = attempts.flatMap(({ mark, record }) =>
      isToBeRead(mark, record.link.item) ? [record.link.item!] : [],
    )
    const results =
      items.length > 0
        ? await gateway.getItems(
            mailbox.address,
            items.map(({ itemId }) => itemId),
            call,
          )
        : []
    const isUnknown = attempts.some(({ record }) => record.link.item && isUntouched(record))
    const isAway = isUnknown ? await awayFrom(mailbox) : () => false
    const read = new Map(items.map(({ itemId }, index) => [itemId, results[index]!]))
    return Promise.all(attempts.map((attempt) => judge(attempt)))

    async function judge(attempt: UntoldAttempt): Promise<ItemResult<Looked>> {
      const result = await whatIsFound(attempt)
      if (!result.ok || result.value.look.kind !== 'present' || !isAway(attempt)) return result
      return { ok: true, value: { ...result.value, look: { ...result.value.look, wasAway: true } } }
    }

    async function whatIsFound({ mark, record }: UntoldAttempt): Promise<ItemResult<Looked>> {
      const { item } = record.link
      if (!item) return { ok: true, value: { look: { kind: 'gone' } } }
      if (mark.kind === 'withdraw' && mark.reason) return refused(item, mark.reason)
      const result = read.get(item.itemId)!
      if (result.ok && result.value.inCalendar) return present(item, result.value)
      if (!result.ok && !(result.error instanceof ItemGoneError)) return { ok: false, error: result.error }
      return elsewhere(record.appointmentId, item)
    }

    async function present(item: LinkedItem, found: CalendarItem): Promise<ItemResult<Looked>> {
      const { itemId, uid, role, appointment, changeKey, lastModifiedMs, stamp } = found
      const linked: LinkedItem = { ...item, itemId, uid, role }
      const reason = refusalOf(found, { refusePersonal }) ?? (await attendeeCopy(mailbox, found))
      if (reason || !appointment) return refused(linked, reason ?? 'private')
      const ours = item.stamped && stamp ? { stamp } : {}
      const observed = {
        changeKey,
        lastModifiedMs,
        fingerprints: fingerprintsOf(appointment, digest),
        ...(holdsJoinBlock(appointment.body) && { joinBlock: true }),
      }
      return {
        ok: true,
        value: {
          look: { kind: 'present', item: linked, observed, ...ours },
          appointment,
          lastModifiedMs,
        },
      }
    }

    /** Its handle is void. Gone only if the calendar, which can be read, holds no item with its UID or stamp either. */
    async function elsewhere(appointmentId: string, item: LinkedItem): Promise<ItemResult<Looked>> {
      const byUid = item.uid ? await gateway.findByUid(mailbox.address, item.uid, call) : []
      const [sameUid] = await ownItems(ledger, mailbox.id, appointmentId, byUid)
      const byStamp =
        !sameUid && item.stamped ? await gateway.findByStamp(mailbox.address, appointmentId, call) : []
      const [found = sameUid] = await ownItems(ledger, mailbox.id, appointmentId, byStamp)
      if (!found) return { ok: true, value: { look: { kind: 'gone' } } }
      const [result] = await gateway.getItems(mailbox.address, [found.itemId], call)
      return result!.ok ? present(item, result!.value) : result!
    }
  }

  /** After a loss: what was noticed only once the calendar was listed whole was elsewhere until then. */
  async function awayFrom(mailbox: Mailbox): Promise<(attempt: UntoldAttempt) => boolean> {
    const { listedAtMs } = await ledger.mailboxState(mailbox.id)
    const { isAfterLoss } = await ledger.restorationOf(mailbox)
    return ({ mark }) => isAfterLoss && listedAtMs !== undefined && mark.sinceMs >= listedAtMs
  }

  /** If the organiser is an enabled mailbox, its item alone is the appointment. */
  async function attendeeCopy(
    mailbox: Mailbox,
    { role, organizer }: CalendarItem,
  ): Promise<Refusal | undefined> {
    if (role === 'organizer' || !organizer || organizer.toLowerCase() === mailbox.address.toLowerCase())
      return undefined
    return (await ledger.find(organizer)) ? 'attendeeCopy' : undefined
  }
}

function isToBeRead(mark: UntoldAttempt['mark'], item: LinkedItem | undefined): boolean {
  return item !== undefined && !(mark.kind === 'withdraw' && mark.reason)
}

function refused(item: LinkedItem, reason: Refusal): ItemResult<Looked> {
  return { ok: true, value: { look: { kind: 'refused', item, reason } } }
}
