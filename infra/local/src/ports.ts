import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { PortInUseError } from '@lockstep/runtime'

/** Whether a server could listen on this port now. */
export async function isFree(port: number): Promise<boolean> {
  // Some systems let a loopback listener slip in beside one that holds the port on every address.
  return (await canListen(port, '0.0.0.0')) && canListen(port, '127.0.0.1')
}

/** Throws if one of the ports is in use, and names the variable that sets it. */
export async function requireFree(ports: Record<string, number>): Promise<void> {
  for (const [variable, port] of Object.entries(ports)) {
    if (!(await isFree(port))) throw new PortInUseError(port, variable)
  }
}

/** A free port of the loopback interface, low enough that Redis Cluster's bus port (10,000 higher) exists. */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    await close(server)
    if (port <= 55_535) return port
  }
}

async function canListen(port: number, host: string): Promise<boolean> {
  const server = createServer()
  try {
    await once(server.listen(port, host), 'listening')
  } catch {
    return false
  }
  await close(server)
  return true
}

async function close(server: ReturnType<typeof createServer>): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  await closed
}
