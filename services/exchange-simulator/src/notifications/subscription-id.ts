import { randomBytes } from 'node:crypto'

/** Ids begin with the length and the name of the server that keeps the subscription, as Exchange's do. */
const server = Buffer.from('\u0018\0exchange.contoso.example', 'latin1')

export function createSubscriptionId(): string {
  return Buffer.concat([server, Buffer.from([16, 0, 0, 0]), randomBytes(16), randomBytes(12)]).toString(
    'base64',
  )
}

/** Whether a text could be a subscription's id at all, as opposed to one that names nothing (any more). */
export function isSubscriptionId(id: string): boolean {
  return Buffer.from(id, 'base64').subarray(0, server.length).equals(server)
}
