import type { InboundLedger } from './inbound.ts'

/**
 * Of the items that carry an appointment's UID or stamp those that may be its own. A user's copy carries them too, and
 * is another appointment's item as soon as it is known.
 */
export async function ownItems<Item extends { readonly itemId: string }>(
  ledger: Pick<InboundLedger, 'lookUp'>,
  mailboxId: string,
  appointmentId: string,
  items: readonly Item[],
): Promise<Item[]> {
  if (items.length === 0) return []
  const { byItemId } = await ledger.lookUp(mailboxId, { itemIds: items.map(({ itemId }) => itemId) })
  return items.filter(
    ({ itemId }) => (byItemId.get(itemId)?.appointmentId ?? appointmentId) === appointmentId,
  )
}
