import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listeningLogger } from '../support/at-rest.ts'
import { appointment, event } from '../support/events.ts'
import { aToken, notify } from '../support/notifications.ts'
import { privateRedis } from '../support/private-redis.ts'
import { alice, bob, startSystem, type System } from '../support/system.ts'

const start = { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' }
const end = { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' }
const ids = Array.from({ length: 30 }, (_, index) => `A${index}`)

describe('while Redis is stopped', () => {
  test('events and notifications get 503 at once, and all that was accepted settles when it is back', async () => {
    const redis = await privateRedis()
    const { log, lines } = listeningLogger()
    const warnings = warningsOfProcess()
    const system = await startSystem({ redisUrl: redis.url, log })
    const { send, settled, simulator, application } = system
    await system.synced(bob)

    simulator.faults.add({ kind: 'latency', ms: 50 })
    expect(await send(...ids.map((id) => event({ id, version: 1 }, appointment())))).toMatchObject({
      status: 202,
    })
    const token = await aToken(system.env)
    const quietLines = loud(lines)
    await redis.stop()
    await expectUnavailable(system, token)
    simulator.userCreates(bob, { subject: 'Made meanwhile', start, end })

    const failures = () => lines.filter((line) => line.includes('could not connect to redis'))
    await eventually(() => expect(failures().length).toBeGreaterThan(20))
    await redis.startAgain()
    await eventually(async () => expect(await post(system)).toMatchObject({ status: 202 }))
    for (const id of [...ids, 'later']) await settled(alice, id, 1)
    expect(simulator.calendarOf(alice)).toHaveLength(ids.length + 1)
    await eventually(() => expect(application.received).toMatchObject([{ type: 'appointment.created' }]))
    // One line for each of the three services, whatever failed of it.
    const away = 'redis is away: all work waits, trying to connect again and again'
    expect(loud(lines).slice(quietLines.length)).toEqual([away, away, away])
    expect(lines.filter((line) => line.includes('"stack"') && !line.includes('"debug"'))).toEqual([])
    expect(warnings).toEqual([])
  })
})

/** What an operator is to look at. */
function loud(lines: readonly string[]): string[] {
  const said = lines.map((line) => JSON.parse(line) as { level: string; msg: string })
  return said.filter(({ level }) => level === 'warn' || level === 'error').map(({ msg }) => msg)
}

function warningsOfProcess(): string[] {
  const warnings: string[] = []
  const note = ({ message }: Error) => void warnings.push(message)
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  return warnings
}

const post = ({ send }: System) => send(event({ id: 'later', version: 1 }, appointment()))

async function expectUnavailable(system: System, token: string): Promise<void> {
  const askAsExchange = async () => {
    const { status, headers } = await notify(system.ingressUrl, token)
    return { status, retryAfter: headers.get('retry-after') }
  }
  for (const ask of [() => post(system), askAsExchange]) {
    const startedAt = performance.now()
    expect(await ask()).toMatchObject({ status: 503, retryAfter: '2' })
    expect(performance.now() - startedAt).toBeLessThan(2_000)
  }
}
