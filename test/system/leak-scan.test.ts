import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@lockstep/runtime/testing'
import { expect, onTestFinished, test } from 'vitest'
import { type Constellation, mailboxOf, startConstellation } from '../model/constellation.ts'
import { commandsIn } from '../support/append-only-file.ts'
import { findInFiles, holdsAny, type Places, scan } from '../support/at-rest.ts'
import { type SystemClient, systemClient } from '../support/client.ts'
import { appointment, event } from '../support/events.ts'
import { connection, plantings, plantJobs, rejection, stderrPlanted } from '../support/plantings.ts'

const mailbox = mailboxOf(0)
const headers = { authorization: 'Bearer test' }
const times = {
  start: { dateTime: '2031-05-03T09:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2031-05-03T10:00:00', timeZone: 'Europe/Berlin' },
}

test('content is nowhere once it is settled, told or refused, and what is planted is found everywhere', async () => {
  const bed = await setUp()
  await refuse(bed)
  await settle(bed)
  await tell(bed)
  await park(bed)
  await rehearse(bed)
  const places = await placesOf(bed)
  const { dir } = places.redis
  expect(places.outputs['outbound-worker']!.length).toBeGreaterThan(10)
  // What was refused, and what Exchange's users wrote, was never stored, not even for a moment.
  const never = ['private', 'confidential', 'recurring', 'invalid', 'hidden', 'series', 'told', 'parked']
  const neverStored = never.map((name) => `canary-${name}`)
  expect(await findInFiles(dir, neverStored)).toEqual([])
  expect(await findInFiles(dir, ['canary-kept'])).toEqual([expect.stringMatching(/\.incr\.aof$/)])
  // No job ever held anything, not even what is wanted.
  expect((await jobsIn(dir)).length).toBeGreaterThan(50)
  expect((await jobsIn(dir)).filter((command) => holdsAny(command, ['canary']))).toEqual([])
  expect(await scan(places, ['canary'])).toEqual([])

  await plant(bed)
  expect((await jobsIn(dir)).filter((command) => holdsAny(command, ['planted-job']))).not.toEqual([])
  const planted = await placesOf(bed)
  for (const [word, where] of Object.entries(plantings)) {
    const hits = await scan(planted, [word])
    for (const place of where)
      expect({ word, hits }).toEqual({ word, hits: expect.arrayContaining([expect.stringMatching(place)]) })
  }
  expect(holdsAny(`x${Buffer.from('a goose').toString('base64')}`, ['goose'])).toBe(true)
})

type Bed = { constellation: Constellation; client: SystemClient }

async function setUp(): Promise<Bed> {
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-leak-'))
  const file = join(dir, 'connections.json')
  await writeFile(file, JSON.stringify({ connections: { [connection]: {} } }))
  const env = {
    LOG_LEVEL: 'debug',
    COMPARE_SECONDS: '0.5',
    OSCILLATION_CROSSINGS: '4',
    CONNECTIONS_FILE: file,
    ...stderrPlanted,
  }
  const constellation = await startConstellation({ mailboxes: 1, lateCallMs: 1_000, env })
  onTestFinished(async () => {
    await constellation.close()
    await rm(dir, { recursive: true })
  })
  return { constellation, client: systemClient(constellation.ingressUrl) }
}

/** One in every field that has text: who takes part, and all that anybody wrote. When it is gives nobody away. */
function withCanaries(name: string, changes: object = {}) {
  const canary = `canary-${name}`
  return {
    ...times,
    subject: `${canary}-subject`,
    body: { contentType: 'html' as const, content: `<p>${canary}-body</p>` },
    location: `${canary}-location`,
    categories: [`${canary}-category`],
    attendees: [
      { address: `${canary}@elsewhere.example`, name: `${canary}-name`, type: 'required' as const },
    ],
    ...changes,
  }
}

/** What may cross in neither direction, and what nobody understands. */
async function refuse({ constellation: { simulator }, client }: Bed): Promise<void> {
  const { send } = client
  const send1 = (id: string, changes: object) =>
    send(event({ id, version: 1, mailbox }, appointment(withCanaries(id, changes))))
  await send1('private', { sensitivity: 'private' })
  await send1('confidential', { sensitivity: 'confidential' })
  await send1('recurring', { recurrence: { pattern: 'weekly' } })
  const { body } = await send1('invalid', {
    start: 'canary-invalid-start',
    unheardOf: 'canary-invalid-value',
  })
  expect(body.results).toMatchObject([{ status: 'invalid' }])
  expect(holdsAny(JSON.stringify(body), ['canary'])).toBe(false)
  simulator.userCreates(mailbox, withCanaries('hidden', { sensitivity: 'private' }))
  simulator.userCreates(
    mailbox,
    withCanaries('series', { recurrence: { pattern: 'weekly', interval: 1, count: 3 } }),
  )
}

/** From the application, with answers that are lost, broken or errors. */
async function settle({ constellation: { simulator }, client: { send, settled } }: Bed): Promise<void> {
  simulator.faults.add({ kind: 'dropAfterEffect', operation: 'CreateItem', times: 1 })
  simulator.faults.add({ kind: 'malformedXml', operation: 'GetItem', times: 1 })
  simulator.faults.add({ kind: 'error', code: 'ErrorItemSave', operation: 'UpdateItem', times: 1 })
  for (const id of ['kept', 'gone'])
    await send(event({ id, version: 1, mailbox }, appointment(withCanaries(id))))
  for (const id of ['kept', 'gone']) await settled(mailbox, id, 1)
  await send(
    event(
      { id: 'kept', version: 2, mailbox },
      appointment(withCanaries('kept', { location: 'canary-kept-later' })),
    ),
    event({ id: 'gone', version: 2, mailbox }),
  )
  for (const id of ['kept', 'gone']) await settled(mailbox, id, 2)
}

/** To an application that is away first, and tells in its answers what it was told. */
async function tell({ constellation: { simulator, application } }: Bed): Promise<void> {
  const statuses = [503, 400]
  application.answerWith((change) => ({ status: statuses.shift() ?? 200, body: { said: change } }))
  const { itemId } = simulator.userCreates(mailbox, withCanaries('told'))
  await eventually(() => expect(application.received).toHaveLength(3))
  simulator.userUpdates(mailbox, itemId, { location: 'canary-told-later' })
  await eventually(() => expect(application.received).toHaveLength(4))
  simulator.userUpdates(mailbox, itemId, { subject: 'canary-told-hidden', sensitivity: 'private' })
  await eventually(() => expect(application.received.at(-1)!.type).toBe('appointment.withdrawn'))
}

/** An appointment over which both sides disagree until it is frozen. */
async function park({ constellation: { simulator, application }, client }: Bed): Promise<void> {
  const content = (version: number) => event({ id: 'parked', version, mailbox }, appointment({ ...times }))
  await client.send(content(1))
  await client.settled(mailbox, 'parked', 1)
  await client.quiet(mailbox, 'parked')
  let version = 1
  application.answerWith(({ data }) => {
    if (data.appointmentId === 'parked') void client.send(content(++version))
    return { status: 204 }
  })
  await eventually(async () => {
    for (const { itemId, location, subject } of simulator.calendarOf(mailbox))
      if (subject === 'Site visit' && location === 'Room 4')
        simulator.userUpdates(mailbox, itemId, { location: 'canary-parked-location' })
    expect(await client.state(mailbox, 'parked')).toMatchObject({ state: 'parked' })
  })
}

/** What would be written is told of an appointment that waits, and not with which content. */
async function rehearse({ client, constellation: { ingressUrl, application } }: Bed): Promise<void> {
  application.answerWith(() => ({ status: 204 }))
  await client.set({ outbound: 'off' }, mailbox)
  await client.send(event({ id: 'goose', version: 1, mailbox }, appointment(withCanaries('goose'))))
  await client.act(mailbox, 'dry-run')
  await eventually(async () => {
    const report = await (await fetch(`${ingressUrl}/v1/mailboxes/${mailbox}/dry-run`, { headers })).json()
    expect(report).toMatchObject({ state: 'done', counts: { 'outbound.create': 1 } })
  })
  await client.set({ outbound: 'on' }, mailbox)
  await client.settled(mailbox, 'goose', 1)
  await client.quiet(mailbox, 'goose')
}

async function plant({ client, constellation }: Bed): Promise<void> {
  const { simulator, application } = constellation
  const item = simulator.calendarOf(mailbox).find(({ subject }) => subject === 'canary-goose-subject')!
  simulator.userUpdates(mailbox, item.itemId, { location: 'Elsewhere' })
  await eventually(() => expect(application.typesOf('goose')).toEqual(['appointment.updated']))
  await eventually(() => expect(constellation.linesOf('inbound-worker').join()).toContain('goose'))
  simulator.faults.add({ kind: 'fault', code: rejection, operation: 'CreateItem', times: 1 })
  await client.send(event({ id: 'rejected', version: 1, mailbox }, appointment(times)))
  await eventually(async () =>
    expect(await client.state(mailbox, 'rejected')).toMatchObject({ state: 'parked' }),
  )
  await plantJobs(constellation.redis.url)
}

/** What was done to queues since Redis rewrote its files. */
async function jobsIn(dir: string): Promise<string[]> {
  const commands = (await commandsIn(dir)).map((words) => words.join(' '))
  return commands.filter((command) => command.includes(` {lockstep:${connection}:`))
}

async function placesOf({ constellation }: Bed): Promise<Places> {
  const { ingressUrl, redis, linesOf } = constellation
  const services = ['ingress', 'outbound-worker', 'inbound-worker'] as const
  const outputs = Object.fromEntries(services.map((service) => [service, linesOf(service)]))
  const probesOf = (service: 'outbound-worker' | 'inbound-worker') =>
    /"probes":"([^"]+)"/.exec(linesOf(service).join('\n'))![1]!
  const ids = ['kept', 'gone', 'parked', 'private', 'goose', 'rejected']
  const paths = [
    `trail?mailbox=${mailbox}&limit=500`,
    `mailboxes/${mailbox}`,
    `mailboxes/${mailbox}/dry-run?limit=1000`,
    `mailboxes/${mailbox}/settings`,
    'connections',
    'settings',
    'unconfirmed',
    'enablings',
    ...ids.map((id) => `appointments/${mailbox}/${id}`),
  ]
  const urls = {
    'metrics of ingress': `${ingressUrl}/metrics`,
    'metrics of outbound-worker': `${probesOf('outbound-worker')}/metrics`,
    'metrics of inbound-worker': `${probesOf('inbound-worker')}/metrics`,
    ...Object.fromEntries(paths.map((path) => [`/v1/${path}`, `${ingressUrl}/v1/${path}`])),
  }
  const answers = await Promise.all(
    Object.entries(urls).map(
      async ([name, url]) => [name, await (await fetch(url, { headers })).text()] as const,
    ),
  )
  return { redis, outputs, answers: Object.fromEntries(answers) }
}
