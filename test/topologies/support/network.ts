import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { Host } from './host.ts'
import { startReaper } from './reaper.ts'

const run = promisify(execFile)
const ip = (...words: readonly string[]) => run('ip', words)

/** What a firewall lets through to a host and port; answers pass by themselves. */
export type Passage = { from: string; to: string; port: number; protocol?: 'udp' }

export type HostOptions = {
  /** Its address on each network that it is attached to: `{ office: '10.30.0.10' }`. Every network is a /24. */
  on: Readonly<Record<string, string>>
  /** Where it sends what is not for its own networks. */
  gateway?: string
  /** It forwards between its networks, and nothing but this. */
  passes?: readonly Passage[]
  /** Networks on which what it forwards appears to come from itself. */
  hidesBehind?: readonly string[]
  /** The names that it knows instead of those of the network. */
  names?: Names
}

type Names = Readonly<Record<string, string>>

export type Network = {
  host(name: string, options: HostOptions): Promise<Host>
}

let networks = 0

/**
 * Networks and machines that are cut off from this machine and from each other, but where they are attached: a bridge for
 * each network, a namespace for each machine. They end with the test, or with this process if it is killed.
 */
export async function createNetwork(names: Names): Promise<Network> {
  const prefix = `lk${process.pid}-${++networks}`
  const switches = `${prefix}-switches`
  const reaper = await startReaper(prefix)
  const hosts: Host[] = []
  const namespaces: string[] = []
  const bridges = new Set<string>()
  let cables = 0
  onTestFinished(async () => {
    await Promise.all(hosts.map((host) => host.kill()))
    for (const namespace of namespaces) {
      await ip('netns', 'del', namespace)
      await rm(`/etc/netns/${namespace}`, { recursive: true, force: true })
    }
    await reaper.done()
  })

  const addNamespace = async (namespace: string) => {
    await ip('netns', 'add', namespace)
    namespaces.push(namespace)
    await ip('-n', namespace, 'link', 'set', 'lo', 'up')
  }
  const attach = async (namespace: string, network: string, address: string) => {
    if (!bridges.has(network)) {
      bridges.add(network)
      await ip('-n', switches, 'link', 'add', 'name', network, 'type', 'bridge')
      await ip('-n', switches, 'link', 'set', 'dev', network, 'up')
    }
    const cable = `cable${++cables}`
    await ip(
      '-n',
      switches,
      'link',
      'add',
      'name',
      cable,
      'type',
      'veth',
      'peer',
      'name',
      network,
      'netns',
      namespace,
    )
    await ip('-n', switches, 'link', 'set', 'dev', cable, 'master', network, 'up')
    await ip('-n', namespace, 'addr', 'add', `${address}/24`, 'dev', network)
    await ip('-n', namespace, 'link', 'set', 'dev', network, 'up')
  }
  await addNamespace(switches)

  return {
    async host(name, { on, gateway, passes, hidesBehind = [], names: own = names }) {
      const namespace = `${prefix}-${name}`
      await addNamespace(namespace)
      for (const [network, address] of Object.entries(on)) await attach(namespace, network, address)
      if (gateway) await ip('-n', namespace, 'route', 'add', 'default', 'via', gateway)
      await nameHosts(namespace, own)
      const host = new Host(namespace)
      hosts.push(host)
      if (passes) await makeFirewall(host, passes, hidesBehind)
      return host
    },
  }
}

/** `ip netns exec` lays the files of this folder over those of /etc. */
async function nameHosts(namespace: string, names: Names): Promise<void> {
  const folder = `/etc/netns/${namespace}`
  await mkdir(folder, { recursive: true })
  const lines = Object.entries({ localhost: '127.0.0.1', ...names }).map(([name, at]) => `${at} ${name}\n`)
  await writeFile(`${folder}/hosts`, lines.join(''))
  await writeFile(`${folder}/resolv.conf`, `nameserver ${names['dns'] ?? '127.0.0.1'}\n`)
}

async function makeFirewall(
  host: Host,
  passes: readonly Passage[],
  hidesBehind: readonly string[],
): Promise<void> {
  const forward = passes.map(
    ({ from, to, port, protocol = 'tcp' }) =>
      `ip saddr ${from} ip daddr ${to} ${protocol} dport ${port} accept`,
  )
  const rules = [
    'table inet firewall { chain forward {',
    'type filter hook forward priority 0; policy drop;',
    'ct state established,related accept',
    ...forward,
    '} }',
    'table ip hiding { chain out {',
    'type nat hook postrouting priority 100;',
    ...hidesBehind.map((network) => `oifname "${network}" masquerade`),
    '} }',
  ]
  await host.command('nft', rules.join('\n').replaceAll('{ chain', '{\nchain').replaceAll('} }', '}\n}'))
  await host.command('sysctl', '-qw', 'net.ipv4.ip_forward=1')
}
