import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const tunnelDevice = '/dev/net/tun'

/**
 * What this machine lacks for a network of namespaces with these programs, or nothing. A test that cannot build its
 * network says *skipped*: it has shown nothing.
 */
export function missingFor(...programs: readonly string[]): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs Linux, as root'
  const absent = ['ip', 'nft', 'openssl', 'redis-server', ...programs].filter((program) => !isThere(program))
  if (absent.length > 0) return `needs ${absent.join(', ')}`
  if (programs.includes('openvpn') && !existsSync(tunnelDevice)) return `needs ${tunnelDevice}`
  return mayBuild() ? undefined : 'may not make network namespaces with bridges and a firewall'
}

function isThere(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
}

/** Tries what every network needs, in a namespace that is gone with the process. */
function mayBuild(): boolean {
  const script =
    'ip link add name v1 type veth peer name v2 && ip link add name b1 type bridge && nft add table inet t'
  return spawnSync('unshare', ['-n', 'sh', '-c', script]).status === 0
}
