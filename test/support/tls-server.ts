import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

const fixture = (name: string) =>
  new URL(`../../packages/exchange/src/trust/fixtures/${name}`, import.meta.url).pathname
const read = (name: string) => readFileSync(fixture(name), 'utf8')

/** The authority of all of them. */
export const authority = { file: fixture('ca.pem'), pem: read('ca.pem') }

/** A server with one of the certificates of packages/exchange, and with that of its authority if it shows it. */
export async function startTlsServer(
  certificate: 'server' | 'elsewhere' | 'expired',
  { showsAuthority = false } = {},
) {
  const requests: string[] = []
  const cert = `${read(`${certificate}.pem`)}${showsAuthority ? authority.pem : ''}`
  const server = createServer({ cert, key: read(`${certificate}.key.pem`) }, (request, response) => {
    requests.push(request.url ?? '')
    response.writeHead(404).end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    await once(server.close(), 'close')
  })
  const { port } = server.address() as AddressInfo
  return { url: `https://localhost:${port}/EWS/Exchange.asmx`, port, requests }
}
