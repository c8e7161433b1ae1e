import type { Ledger } from '@lockstep/ledger'

/** The ledger of another connection. */
export type Other = { readonly name: string; readonly ledger: Pick<Ledger, 'find'> }

/** The connection in which a mailbox is enabled, of these: a mailbox belongs to one. */
export async function ownerOf(address: string, others: readonly Other[]): Promise<Other | undefined> {
  const found = await Promise.all(others.map(({ ledger }) => ledger.find(address)))
  return others.find((_, index) => found[index] !== undefined)
}
