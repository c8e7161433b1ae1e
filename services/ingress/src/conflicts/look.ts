import {
  type AdmissionRules,
  type Appointment,
  type AppointmentRecord,
  type Digest,
  fingerprintsOf,
  type Observed,
  type Refusal,
  refusalOf,
} from '@lockstep/domain'
import {
  type CalendarGateway,
  type CalendarItem,
  type ExchangeError,
  ExchangeTransientError,
  ExchangeUnavailableError,
  ItemGoneError,
  MailboxRefusedError,
} from '@lockstep/exchange'
import type { Mailbox } from '@lockstep/ledger'
import { comeAgain } from '../unavailable.ts'

/** What Exchange holds now of an appointment. */
export type Live =
  | { readonly kind: 'gone' }
  | { readonly kind: 'refused'; readonly reason: Refusal }
  | {
      readonly kind: 'item'
      readonly item: CalendarItem
      readonly appointment: Appointment
      readonly observed: Observed
    }

type Deps = { gateway: CalendarGateway; digest: Digest; rules: AdmissionRules }

const direction = 'outbound'

/** Reads the appointment's item, unless it is known that it may not be looked at. */
export async function lookAt(
  { gateway, digest, rules }: Deps,
  mailbox: Mailbox,
  { link, wanted }: AppointmentRecord,
): Promise<Live> {
  if (link.asleep) return { kind: 'refused', reason: link.asleep }
  if (!link.item || wanted?.kind === 'absent') return { kind: 'gone' }
  const [result] = await gateway
    .getItems(mailbox.address, [link.item.itemId], { direction })
    .catch((error: ExchangeError) => [{ ok: false as const, error }])
  if (!result!.ok) {
    if (result!.error instanceof ItemGoneError) return { kind: 'gone' }
    throw notNow(result!.error)
  }
  const item = result!.value
  if (!item.inCalendar) return { kind: 'gone' }
  const { appointment, changeKey, lastModifiedMs } = item
  const reason = refusalOf(item, rules)
  if (reason || !appointment) return { kind: 'refused', reason: reason ?? 'private' }
  const fingerprints = fingerprintsOf(appointment, digest)
  return { kind: 'item', item, appointment, observed: { changeKey, lastModifiedMs, fingerprints } }
}

const retryAfterMs = 5_000

/** What Exchange's trouble means to the caller; our own mistakes are left as they are. */
export function notNow(error: unknown): unknown {
  if (error instanceof ExchangeUnavailableError) return error
  if (error instanceof ExchangeTransientError || error instanceof MailboxRefusedError) {
    const detail = `${error.message}.`
    return comeAgain({ detail, afterMs: retryAfterMs, cause: error })
  }
  return error
}
