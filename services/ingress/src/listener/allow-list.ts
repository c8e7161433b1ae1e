import type { Fresh } from '@lockstep/exchange'
import { inDomains, isDomain } from './domains.ts'
import type { Sources } from './endpoint-list.ts'
import type { HostNames } from './host-names.ts'
import { inNetworks, parseNetwork } from './networks.ts'

/** `unknown`: the DNS did not answer, so that nobody can say. */
export type Verdict = 'allowed' | 'refused' | 'unknown'

export type AllowList = (source: string | undefined) => Promise<Verdict>

/** Who may notify us: addresses, ranges and domains as they are configured, and those of a file that may change. */
export function createAllowList(
  own: Sources,
  { file, hostNames }: { file?: Fresh<Sources> | undefined; hostNames: HostNames },
): AllowList {
  let matching = matcherOf(own, undefined)

  return async (source) => {
    if (source === undefined) return 'refused'
    const listed = file?.current()
    if (listed !== matching.listed) matching = matcherOf(own, listed)
    if (matching.isKnownAddress(source)) return 'allowed'
    if (!matching.hasDomains) return 'refused'
    const names = await hostNames.of(source)
    if (names === undefined) return 'unknown'
    return names.some(matching.isKnownName) ? 'allowed' : 'refused'
  }
}

/** Whether anybody of these may be notified from there; a list that is missing lets in everybody. */
export function anyOf(lists: () => Iterable<AllowList | undefined>): AllowList {
  return async (source) => {
    const verdicts = await Promise.all([...lists()].map(async (list) => list?.(source) ?? 'allowed'))
    return ranked.find((verdict) => verdicts.includes(verdict)) ?? 'refused'
  }
}

const ranked: readonly Verdict[] = ['allowed', 'unknown']

/** What is configured, separated; `undefined` where an entry is neither address, range nor domain. */
export function parseSources(entries: readonly string[]): Sources | undefined {
  const networks = entries.map((entry) => parseNetwork(entry)).filter((network) => network !== undefined)
  const domains = entries.filter((entry) => parseNetwork(entry) === undefined)
  return domains.every(isDomain) ? { networks, domains } : undefined
}

function matcherOf(own: Sources, listed: Sources | undefined) {
  const domains = [...own.domains, ...(listed?.domains ?? [])]
  return {
    listed,
    isKnownAddress: inNetworks([...own.networks, ...(listed?.networks ?? [])]),
    hasDomains: domains.length > 0,
    isKnownName: inDomains(domains),
  }
}
