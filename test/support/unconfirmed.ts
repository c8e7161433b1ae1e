import { alice, type System } from './system.ts'

export type Unconfirmed = { appointmentId: string; asks: string; itemId?: string }

/** What waits for a decision in Alice's mailbox. Page by page, one on each. */
export async function unconfirmed(
  { ingressUrl }: Pick<System, 'ingressUrl'>,
  after = 0,
): Promise<Unconfirmed[]> {
  const headers = { authorization: 'Bearer test' }
  const query = `mailbox=${alice}&limit=1&after=${after}`
  const response = await fetch(`${ingressUrl}/v1/unconfirmed?${query}`, { headers })
  const { unconfirmed: page, next } = (await response.json()) as { unconfirmed: Unconfirmed[]; next?: number }
  return next === undefined ? page : [...page, ...(await unconfirmed({ ingressUrl }, next))]
}

export async function decide(
  { ingressUrl }: Pick<System, 'ingressUrl'>,
  appointmentId: string,
  decision: string,
): Promise<unknown> {
  const response = await fetch(`${ingressUrl}/v1/unconfirmed/${alice}/${appointmentId}`, {
    method: 'POST',
    headers: { authorization: 'Bearer test', 'content-type': 'application/json' },
    body: JSON.stringify({ decision }),
  })
  return response.json()
}
