import { defaultConnection } from './load-deployment.ts'

/** What Exchange calls for a subscription: it says which connection the token belongs to, unless there is one only. */
export function notificationUrl(publicUrl: string, connection: string, token: string): string {
  const base = publicUrl.endsWith('/') ? publicUrl : `${publicUrl}/`
  const address = connection === defaultConnection ? token : `${connection}.${token}`
  return new URL(`exchange/notifications/${address}`, base).href
}

/** What the last part of such an address says. */
export function readNotificationAddress(address: string): { connection: string; token: string } {
  const at = address.indexOf('.')
  if (at < 0) return { connection: defaultConnection, token: address }
  return { connection: address.slice(0, at), token: address.slice(at + 1) }
}
