import { eventually } from '@lockstep/runtime/testing'
import { expect, onTestFinished, test } from 'vitest'
import { type Constellation, mailboxOf, startConstellation } from '../model/constellation.ts'
import { findInFiles, holdsAny, type Places, scan } from '../support/at-rest.ts'
import { type SystemClient, systemClient } from '../support/client.ts'
import { appointment, event } from '../support/events.ts'

const mailbox = mailboxOf(0)
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
  const places = await placesOf(bed)
  expect(places.outputs['outbound-worker']!.length).toBeGreaterThan(10)
  // What was refused, and what Exchange's users wrote, was never stored, not even for a moment.
  const never = ['private', 'confidential', 'recurring', 'invalid', 'hidden', 'series', 'told', 'parked']
  expect(
    await findInFiles(
      places.redis.dir,
      never.map((name) => `canary-${name}`),
    ),
  ).toEqual([])
  expect(await findInFiles(places.redis.dir, ['canary-kept'])).not.toEqual([])
  expect(await scan(places, ['canary'])).toEqual([])

  // An id of an appointment is no content, and is in all these places.
  const { client, constellation } = bed
  constellation.application.answerWith(() => ({ status: 204 }))
  await client.send(event({ id: 'goose', version: 1, mailbox }, appointment({ ...times, subject: 'Goose' })))
  await client.settled(mailbox, 'goose', 1, 10_000)
  await client.quiet(mailbox, 'goose')
  const { simulator, application } = constellation
  const item = simulator.calendarOf(mailbox).find(({ subject }) => subject === 'Goose')!
  simulator.userUpdates(mailbox, item.itemId, { location: 'Elsewhere' })
  await eventually(() => expect(application.typesOf('goose')).toEqual(['appointment.updated']))
  await eventually(() => expect(constellation.linesOf('inbound-worker').join()).toContain('goose'))
  const found = await scan(await placesOf(bed), ['goose'])
  for (const where of everywhere) expect(found).toContainEqual(expect.stringMatching(where))
  expect(holdsAny(`x${Buffer.from('a goose').toString('base64')}`, ['goose'])).toBe(true)
}, 120_000)

const everywhere = [
  /^Redis: .*name of the key/,
  /^Redis: .*:t:\w+ \d+-\d+/,
  /^Redis: .*:h:\w+ /,
  /^file: appendonly.*\.rdb/,
  /^file: dump\.rdb/,
  /^output: ingress/,
  /^output: outbound-worker/,
  /^output: inbound-worker/,
  /^answer: .*v1\/trail/,
  /^answer: .*v1\/appointments/,
]

type Bed = { constellation: Constellation; client: SystemClient }

async function setUp(): Promise<Bed> {
  const env = { LOG_LEVEL: 'debug', COMPARE_SECONDS: '0.5', OSCILLATION_CROSSINGS: '4' }
  const constellation = await startConstellation({ mailboxes: 1, lateCallMs: 1_000, env })
  onTestFinished(() => constellation.close())
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
  for (const id of ['kept', 'gone']) await settled(mailbox, id, 1, 15_000)
  await send(
    event(
      { id: 'kept', version: 2, mailbox },
      appointment(withCanaries('kept', { location: 'canary-kept-later' })),
    ),
    event({ id: 'gone', version: 2, mailbox }),
  )
  for (const id of ['kept', 'gone']) await settled(mailbox, id, 2, 15_000)
}

/** To an application that is away first, and tells in its answers what it was told. */
async function tell({ constellation: { simulator, application } }: Bed): Promise<void> {
  const statuses = [503, 400]
  application.answerWith((change) => ({ status: statuses.shift() ?? 200, body: { said: change } }))
  const { itemId } = simulator.userCreates(mailbox, withCanaries('told'))
  await eventually(() => expect(application.received).toHaveLength(3), 20_000)
  simulator.userUpdates(mailbox, itemId, { location: 'canary-told-later' })
  await eventually(() => expect(application.received).toHaveLength(4))
  simulator.userUpdates(mailbox, itemId, { subject: 'canary-told-hidden', sensitivity: 'private' })
  await eventually(() => expect(application.received.at(-1)!.type).toBe('appointment.withdrawn'))
}

/** An appointment over which both sides disagree until it is frozen. */
async function park({ constellation: { simulator, application }, client }: Bed): Promise<void> {
  const content = (version: number) => event({ id: 'parked', version, mailbox }, appointment({ ...times }))
  await client.send(content(1))
  await client.settled(mailbox, 'parked', 1, 10_000)
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
  }, 30_000)
}

async function placesOf({ constellation }: Bed): Promise<Places> {
  const { ingressUrl, redis, linesOf } = constellation
  const services = ['ingress', 'outbound-worker', 'inbound-worker'] as const
  const outputs = Object.fromEntries(services.map((service) => [service, linesOf(service)]))
  const probes = (['outbound-worker', 'inbound-worker'] as const).map(
    (service) => /"probes":"([^"]+)"/.exec(linesOf(service).join('\n'))![1]!,
  )
  const urls = [
    ...[ingressUrl, ...probes].map((url) => `${url}/metrics`),
    `${ingressUrl}/v1/trail?mailbox=${mailbox}&limit=500`,
    `${ingressUrl}/v1/mailboxes/${mailbox}`,
    ...['kept', 'gone', 'parked', 'private', 'goose'].map(
      (id) => `${ingressUrl}/v1/appointments/${mailbox}/${id}`,
    ),
  ]
  const answers = await Promise.all(
    urls.map(async (url) => {
      const response = await fetch(url, { headers: { authorization: 'Bearer test' } })
      return [url, await response.text()] as const
    }),
  )
  return { redis, outputs, answers: Object.fromEntries(answers) }
}
