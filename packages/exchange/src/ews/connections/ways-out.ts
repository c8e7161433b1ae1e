/** How connections leave the network. */
export type WaysOut = {
  /** A forward proxy, such as `http://user:password@proxy:3128`. */
  readonly proxyUrl?: string | undefined
  /** Hosts that are reached without it, in the form of the variable NO_PROXY. */
  readonly noProxy?: string | undefined
}

export type Proxy = { readonly url: URL; readonly authorization?: string }

/** The proxy to go through for a URL; `undefined` if the way is direct. */
export function proxyFor(url: URL, { proxyUrl, noProxy = '' }: WaysOut): Proxy | undefined {
  if (!proxyUrl || isExempt(url, noProxy)) return undefined
  const proxy = new URL(proxyUrl)
  if (!proxy.username) return { url: proxy }
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
  return { url: proxy, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
}

/** `*`, a host, a domain with all below it (with or without a dot or `*.` before it), each with a port if need be. */
function isExempt(url: URL, noProxy: string): boolean {
  const host = url.hostname.toLowerCase().replace(/^\[|\]$/g, '')
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry === '*') return true
      const { name, only } = partsOf(entry)
      const domain = name.replace(/^\*?\./, '')
      return (only === undefined || only === port) && (host === domain || host.endsWith(`.${domain}`))
    })
}

/** An address of IPv6 may stand with brackets or without. */
function partsOf(entry: string): { name: string; only: string | undefined } {
  const [, bare] = /^([^[\]]*:[^[\]]*:[^[\]]*)$/.exec(entry) ?? []
  if (bare !== undefined) return { name: bare, only: undefined }
  const [, name = '', only] = /^\[?([^\]]+?)\]?(?::(\d+))?$/.exec(entry) ?? []
  return { name, only }
}
