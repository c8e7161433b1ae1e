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
let inFlight = 0
let sent = 0

const startedMs = performance.now()
const elapsed = () => (performance.now() - startedMs) / 1_000
while (elapsed() < seconds) {
  for (; sent < elapsed() * rate && inFlight < mostInFlight; sent += 1) void send(sent)
  await wait(2)
}
while (inFlight > 0) await wait(10)
const answered = Object.values(statuses).reduce((sum, count) => sum + count, 0)
process.stdout.write(JSON.stringify({ answered, seconds: elapsed(), statuses }))
await pool.close()

async function send(n: number): Promise<void> {
  inFlight += 1
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
  inFlight -= 1
}
