import { isIP } from 'node:net'

type Hops = {
  /** Who is at the other end of the connection. */
  peer: string | undefined
  /** `X-Forwarded-For`, if there is one. */
  forwardedFor: string | undefined
  isTrusted: (address: string) => boolean
}

/**
 * Where a request comes from: the last one on its way that is no proxy of ours. What `X-Forwarded-For` says is believed
 * as far as trusted proxies wrote it, from the right; `undefined` if one of them wrote something that is no address.
 */
export function sourceOf({ peer, forwardedFor, isTrusted }: Hops): string | undefined {
  const hops = (forwardedFor ?? '').split(',').filter((hop) => hop.trim() !== '')
  let source = peer
  while (source !== undefined && isTrusted(source) && hops.length > 0) source = addressIn(hops.pop()!)
  return source
}

/** Some proxies write the port too: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function addressIn(hop: string): string | undefined {
  const text = hop.trim().replaceAll('"', '')
  const address = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text
  return isIP(address) === 0 ? undefined : address
}
