import { eventually } from '@lockstep/runtime/testing'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Deployment, type Organisation, startDeployment } from '../support/connections.ts'
import { appointment, event } from '../support/events.ts'

const start = { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' }
const end = { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' }

describe('two organisations with the same people', () => {
  test('have the same appointment, each its own', async () => {
    const { contoso, fabrikam } = await twoOrganisations({ POLL_SECONDS: '3600' })
    for (const each of [contoso, fabrikam]) {
      expect(await each.send(anEvent(each, 'A1', 1))).toMatchObject({ status: 202 })
      await each.settled(each.alice, 'A1', 1)
      await eventually(async () =>
        expect(await each.mailbox(each.bob)).toHaveProperty('subscription.startedAt'),
      )
      await eventually(async () => expect(await each.mailbox(each.bob)).toHaveProperty('currentAt'))
      each.simulator.userCreates(each.bob, { subject: `Made in ${each.name}`, start, end })
    }
    for (const { simulator, application, name, alice, bob } of [contoso, fabrikam]) {
      expect(simulator.calendarOf(alice).map(({ subject }) => subject)).toEqual([`Of ${name}`])
      await eventually(() =>
        expect(application.received.map(({ data }) => [data.mailbox, data.appointment?.['subject']])).toEqual(
          [[bob, `Made in ${name}`]],
        ),
      )
    }
  })

  test('see nothing of each other, whatever they ask', async () => {
    const { contoso, fabrikam } = await twoOrganisations()
    await contoso.send(anEvent(contoso, 'A1', 1))
    await contoso.settled(contoso.alice, 'A1', 1)
    const { body } = await fabrikam.send(anEvent(fabrikam, 'A2', 1, contoso.alice))
    expect(body.results).toMatchObject([{ status: 'invalid' }])
    expect(await fabrikam.state(contoso.alice, 'A1')).toMatchObject({ status: 404 })
    expect(await fabrikam.mailbox(contoso.alice)).toMatchObject({ status: 404 })
    expect(await fabrikam.act(contoso.alice, 'forget')).toMatchObject({ status: 404 })
    expect(await fabrikam.state(fabrikam.alice, 'A1')).toMatchObject({ status: 404 })
  })

  test('have no key of the ledger, the queues, the budget or the logons in common', async () => {
    const { contoso, fabrikam, deployment } = await twoOrganisations()
    for (const each of [contoso, fabrikam]) {
      await each.send(anEvent(each, 'A1', 1))
      await each.settled(each.alice, 'A1', 1)
    }
    const keys = await keysOf(deployment)
    const ofNobody = keys.filter((key) => !/[/:](contoso|fabrikam)[:}]/.test(key))
    expect(ofNobody).toEqual([])
    const names = (organisation: string) =>
      new Set(keys.filter((key) => key.includes(organisation)).map((key) => key.replace(/\d+|\w{16}/g, '')))
    expect(names('contoso').size).toBeGreaterThan(10)
  })

  test('are told apart in metrics and in lines of the log', async () => {
    const { contoso, deployment } = await twoOrganisations()
    await contoso.send(anEvent(contoso, 'A1', 1))
    await contoso.settled(contoso.alice, 'A1', 1)
    const metrics = await (await fetch(`${deployment.probes.outbound}/metrics`)).text()
    expect(metrics).toMatch(/lockstep_exchange_call_seconds_count\{.*connection="contoso".*\} [1-9]/)
    expect(metrics).not.toMatch(/lockstep_exchange_call_seconds_count\{.*connection="fabrikam"/)
    expect(metrics.match(/# HELP lockstep_exchange_call_seconds /g)).toHaveLength(1)
    await eventually(() =>
      expect(deployment.lines).toContainEqual(
        expect.objectContaining({ connection: 'contoso', msg: 'settled' }),
      ),
    )
  })
})

test('a mailbox that another connection has is left to it, and told', async () => {
  const { contoso, fabrikam, deployment } = await twoOrganisations()
  await eventually(async () => expect(await contoso.mailbox(contoso.alice)).toHaveProperty('enabledAt'))
  const mailboxes = [fabrikam.alice, contoso.alice]
  const without = { ...contoso, settings: { ...contoso.settings, MAILBOXES: [] } }
  deployment.write(without, { ...fabrikam, settings: { ...fabrikam.settings, MAILBOXES: mailboxes } })
  const told = expect.objectContaining({ connection: 'fabrikam', number: 2, owner: 'contoso' })
  await eventually(() => expect(deployment.lines).toContainEqual(told))
  expect(await fabrikam.mailbox(contoso.alice)).toMatchObject({ status: 404 })
})

test.each([
  ['is dead', { kind: 'refuseConnections' } as const],
  ['hangs', { kind: 'latency', ms: 600_000 } as const],
  ['is throttled', { kind: 'busyFault', backOffMs: 300_000 } as const],
])('while the Exchange of one %s, the other goes on', async (_, fault) => {
  const { contoso, fabrikam } = await twoOrganisations({ EWS_TIMEOUT_SECONDS: '2', LATE_CALL_SECONDS: '1' })
  contoso.simulator.faults.add(fault)
  const ids = Array.from({ length: 12 }, (__, index) => `A${index}`)
  for (const each of [contoso, fabrikam]) await each.send(...ids.map((id) => anEvent(each, id, 1)))
  for (const id of ids) await fabrikam.settled(fabrikam.alice, id, 1)
  fabrikam.simulator.userCreates(fabrikam.bob, { subject: 'Meanwhile', start, end })
  await eventually(() => expect(fabrikam.application.received).toHaveLength(1))
  expect(await contoso.state(contoso.alice, 'A0')).toMatchObject({ state: 'pending' })
  expect(contoso.simulator.calendarOf(contoso.alice)).toEqual([])
})

async function twoOrganisations(env: Record<string, string> = {}) {
  const deployment = await startDeployment({ names: ['contoso', 'fabrikam'], env })
  const { contoso, fabrikam } = deployment.organisations as Record<'contoso' | 'fabrikam', Organisation>
  return { contoso, fabrikam, deployment }
}

function anEvent({ alice, name }: Organisation, id: string, version: number, mailbox = alice) {
  return event({ id, version, mailbox }, appointment({ subject: `Of ${name}` }))
}

async function keysOf({ redisUrl, prefix }: Deployment): Promise<string[]> {
  const redis = new Redis(redisUrl)
  onTestFinished(async () => void (await redis.quit()))
  return redis.keys(`*${prefix}*`)
}
