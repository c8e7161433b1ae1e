import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Authority } from './certificates.ts'
import type { Host, Running } from './host.ts'

type End = {
  host: Host
  /** Its address on the network between the two, and that of its end of the tunnel. */
  address: string
  tunnel: string
  /** The network behind it. */
  network: string
}

export type Tunnel = { cut(): Promise<void>; mend(): void }

/** A tunnel between two gateways (OpenVPN, each knows the other's certificate). */
export async function connectSites(authority: Authority, first: End, second: End): Promise<Tunnel> {
  const certificates = [await authority.issue('first-gateway'), await authority.issue('second-gateway')]
  const [firstPrint, secondPrint] = certificates.map(
    ({ certificate }) => new X509Certificate(readFileSync(certificate)).fingerprint256,
  )
  const start = (end: End, other: End, role: 'server' | 'client', certificate = '', key = '', trusts = '') =>
    end.host.start(
      [
        'openvpn --dev tun0 --dev-type tun --keepalive 1 5 --disable-dco',
        `--ifconfig ${end.tunnel} ${other.tunnel} --route ${other.network} 255.255.255.0`,
        `--local ${end.address} --port 1194 --remote ${other.address}`,
        `--tls-${role} --cert ${certificate} --key ${key} --peer-fingerprint ${trusts}`,
        role === 'server' ? '--dh none' : '',
      ].flatMap((line) => line.split(' ').filter((word) => word !== '')),
    )
  const [ours, theirs] = certificates
  start(second, first, 'client', theirs?.certificate, theirs?.key, firstPrint)
  const startFirst = () => start(first, second, 'server', ours?.certificate, ours?.key, secondPrint)
  let running: Running = startFirst()
  return { cut: () => running.stop(), mend: () => void (running = startFirst()) }
}
