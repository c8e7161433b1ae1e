import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { Pool } from 'undici'
import { createdNotification } from '../support/notifications.ts'

/** Sends forged notifications at a rate, for `listener-flood.ts`, and writes what was answered. */
type Flood = { port: number; rate: number; seconds: number; token: string }

const { port, rate, seconds, token } = JSON.parse(process.env['FLOOD']!) as Flood
const mostInFlight = 2_000
const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 100 })
const statuses: Record<string, number> = {}
const headers = { 'content-type': 'text/xml; charset=utf-8' }
const inFlight = new Set<Promise<void>>()
let sent = 0

const startedMs = performance.now()
const elapsed = () => (performance.now() - startedMs) / 1_000
while (elapsed() < seconds) {
  for (; sent < elapsed() * rate && inFlight.size < mostInFlight; sent += 1) {
    const sending = send(sent).finally(() => inFlight.delete(sending))
    inFlight.add(sending)
  }
  await wait(2)
}
await Promise.all(inFlight)
const answered = Object.values(statuses).reduce((sum, count) => sum + count, 0)
process.stdout.write(JSON.stringify({ answered, seconds: elapsed(), statuses }))
await pool.close()

async function send(n: number): Promise<void> {
  const guess = n % 10 === 0 ? token : randomBytes(n % 2 ? 48 : 32).toString('base64url')
  const path = `/exchange/notifications/${guess}`
  let outcome = 'no answer'
  try {
    const response = await pool.request({ path, method: 'POST', headers, body: createdNotification })
    await response.body.dump()
    outcome = String(response.statusCode)
  } catch {
    // Counted as no answer.
  }
  statuses[outcome] = (statuses[outcome] ?? 0) + 1
}
