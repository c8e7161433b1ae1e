import type { Digest } from './field.ts'

/**
 * The id of an appointment that was made in Exchange: stable, and the same for every letter case of its UID. `itemId` is
 * given for a copy, which may carry the UID of the item it was made from.
 */
export function appointmentIdFor(mailboxId: string, uid: string, digest: Digest, itemId?: string): string {
  return `ex-${digest(['id', mailboxId, uid.toLowerCase(), itemId ?? ''].join('\n'))}`
}

/** Whether an appointment id is one of those: the appointment was made in Exchange, and is no news of the application's. */
export function isExchangeId(appointmentId: string): boolean {
  return /^ex-[\w-]{22}$/.test(appointmentId)
}
