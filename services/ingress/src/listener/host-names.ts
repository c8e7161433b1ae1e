import { Resolver } from 'node:dns/promises'
import { inNetworks, parseNetwork, reverseName } from './networks.ts'

export type HostNames = {
  /** The names of an address that lead back to it; `undefined` if the DNS does not answer. */
  of(address: string): Promise<readonly string[] | undefined>
  close(): void
}

export type HostNameOptions = {
  /** `address` or `address:port` of name servers. The system's, if there are none. */
  servers?: readonly string[]
  /** How many addresses are remembered. */
  most?: number
  /** How many are asked for at a time. More than that find no answer. */
  atOnce?: number
}

type Known = { readonly names: readonly string[]; readonly untilMs: number; readonly goneMs: number }

/** How long an answer counts; and for how long at most while the DNS gives no other. */
const keptMs = { named: 3_600_000, nameless: 300_000, unanswered: 5_000 }
const goneMs = 6 * 3_600_000

/** An address with many names is none of a mail server's. */
const mostNames = 4

const noSuchName = new Set(['ENOTFOUND', 'ENODATA'])

/**
 * Host names of addresses by reverse DNS, confirmed: whoever owns an address may give it any name, so a name counts only
 * if it leads to the address again.
 */
export function createHostNames({ servers = [], most = 10_000, atOnce = 32 }: HostNameOptions): HostNames {
  const resolver = new Resolver({ timeout: 1_500, tries: 2 })
  if (servers.length > 0) resolver.setServers([...servers])
  const known = new Map<string, Known>()
  const asked = new Map<string, Promise<readonly string[] | undefined>>()

  async function ask(address: string): Promise<readonly string[] | undefined> {
    const names = await confirmedNames(resolver, address)
    const before = known.get(address)
    const nowMs = performance.now()
    if (names !== undefined) {
      const untilMs = nowMs + keptMs[names.length > 0 ? 'named' : 'nameless']
      remember(address, { names, untilMs, goneMs: nowMs + goneMs })
    } else if (before && before.goneMs > nowMs) {
      remember(address, { ...before, untilMs: nowMs + keptMs.unanswered })
      return before.names
    }
    return names
  }

  function remember(address: string, entry: Known): void {
    known.delete(address)
    known.set(address, entry)
    if (known.size > most) known.delete(known.keys().next().value!)
  }

  return {
    async of(address) {
      const found = known.get(address)
      if (found && found.untilMs > performance.now()) return found.names
      const asking = asked.get(address)
      if (asking) return asking
      if (asked.size >= atOnce) return found?.names
      const answer = ask(address).finally(() => asked.delete(address))
      asked.set(address, answer)
      return answer
    },
    close: () => resolver.cancel(),
  }
}

async function confirmedNames(resolver: Resolver, address: string): Promise<string[] | undefined> {
  try {
    const names = await orNone(resolver.resolvePtr(reverseName(address)))
    const { family } = parseNetwork(address)!
    const isSame = inNetworks([parseNetwork(address)!])
    const confirmed = await Promise.all(
      names.slice(0, mostNames).map(async (name) => {
        const found = family === 'ipv4' ? resolver.resolve4(name) : resolver.resolve6(name)
        return (await orNone(found)).some(isSame) ? [name] : []
      }),
    )
    return confirmed.flat()
  } catch {
    return undefined
  }
}

async function orNone(answer: Promise<string[]>): Promise<string[]> {
  return answer.catch((error: unknown) => {
    if (noSuchName.has((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  })
}
