import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
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

/**
 * A free port of the loopback interface. It is none of those that the system itself gives out, to connections and to
 * servers that ask for any: one of them could take it before it is used.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(lowest, highest)
    if (await isFree(port)) return port
  }
}

const lowest = 10_240
/** Linux gives out 32,768 and above, others 49,152 and above. */
const highest = 32_768

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
