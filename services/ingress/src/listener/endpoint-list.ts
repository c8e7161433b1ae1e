import { z } from 'zod'
import { isDomain } from './domains.ts'
import { type Network, parseNetwork } from './networks.ts'

/** Whom a list lets in. */
export type Sources = { readonly networks: readonly Network[]; readonly domains: readonly string[] }

const schema = z.array(
  z.object({
    serviceArea: z.string().optional(),
    urls: z.array(z.string()).optional(),
    ips: z.array(z.string()).optional(),
  }),
)

/** What Microsoft calls the part of its service that notifications come from. */
const exchange = 'Exchange'

/**
 * Reads a list in the form of Microsoft's published endpoints: those of Exchange, and those that name no service.
 *
 * @throws {EndpointListError} if it has another form, or lets nobody in
 */
export function readEndpointList(bytes: Buffer): Sources {
  const entries = entriesIn(bytes).filter(({ serviceArea = exchange }) => serviceArea === exchange)
  const networks = entries.flatMap(({ ips = [] }) => ips).map((text) => parseNetwork(text))
  const domains = entries.flatMap(({ urls = [] }) => urls)
  if (networks.includes(undefined) || !domains.every(isDomain)) {
    throw new EndpointListError('an address or a domain in it is none')
  }
  if (networks.length + domains.length === 0) throw new EndpointListError('it names nothing of Exchange')
  return { networks: networks.filter((network) => network !== undefined), domains }
}

/** Why a list cannot be used. The message holds nothing of the file. */
export class EndpointListError extends Error {
  override name = 'EndpointListError'
}

function entriesIn(bytes: Buffer) {
  try {
    return schema.parse(JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, '')))
  } catch (cause) {
    throw new EndpointListError('it is no JSON list of endpoints', { cause })
  }
}
