import { once } from 'node:events'
import { Readable } from 'node:stream'
import { anEvent } from '@lockstep/producer/testing'
import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { trailSchema } from './openapi/answers.ts'
import { alice, startTestIngress } from './testing/start.ts'

describe('GET /v1/trail', () => {
  test('tells each step with its time, and goes on from a cursor', async () => {
    const { post, read } = await startTestIngress()
    await post(anEvent())
    const { body } = await read(`/v1/trail?mailbox=${alice}`)
    const first = trailSchema.parse(body)
    expect(first.entries).toMatchObject([
      { mailbox: alice, appointmentId: 'APP-1042', direction: 'outbound', step: 'accepted', version: 3 },
    ])

    await post(anEvent({ data: { version: 4 }, appointment: { sensitivity: 'private' } }))
    const { body: next } = await read(`/v1/trail?mailbox=${alice}&after=${first.cursor}`)
    expect(next).toMatchObject({ entries: [{ step: 'refused', reason: 'private', version: 4 }] })
  })

  test.each(['', '?mailbox=x&limit=0', `?mailbox=${alice}&after=yesterday`])(
    'refuses the query %s',
    async (query) => {
      const { read } = await startTestIngress()
      expect(await read(`/v1/trail${query}`)).toMatchObject({
        status: 400,
        body: { errors: [{ field: expect.any(String) }] },
      })
    },
  )

  test('streams the steps as they happen, and from where a client was cut off', async () => {
    const { post, follow } = await setUp()
    await post(anEvent())
    const events = await follow()
    await eventually(() => expect(stepsIn(events)).toEqual(['accepted 3']))
    await post(anEvent({ data: { version: 4 } }))
    await eventually(() => expect(stepsIn(events)).toEqual(['accepted 3', 'accepted 4']))

    const [cursor] = /(?<=^id: ).*/.exec(events.join('')) ?? []
    const again = await follow({ 'Last-Event-ID': cursor! })
    await eventually(() => expect(stepsIn(again)).toEqual(['accepted 4']))
  })

  test('a stream does not keep the ingress from closing', async () => {
    const { follow, ended } = await setUp()
    await follow()
    await follow()
    expect(await ended()).toBe(2)
  })
})

async function setUp() {
  const ingress = await startTestIngress()
  const streams: Readable[] = []

  const follow = async (headers: Record<string, string> = {}) => {
    const response = await ingress.get(`/v1/trail?mailbox=${alice}`, {
      Accept: 'text/event-stream',
      ...headers,
    })
    expect(response.headers.get('content-type')).toMatch('text/event-stream')
    const chunks: string[] = []
    const stream = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]).setEncoding(
      'utf8',
    )
    stream.on('data', (chunk: string) => chunks.push(chunk)).on('error', () => {})
    streams.push(stream)
    onTestFinished(() => void stream.destroy())
    return chunks
  }
  const ended = async () => {
    const all = Promise.all(streams.map((stream) => once(stream, 'end')))
    await ingress.close()
    return (await all).length
  }
  return { ...ingress, follow, ended }
}

function stepsIn(chunks: readonly string[]): string[] {
  const datas = chunks.join('').matchAll(/^data: (.*)$/gm)
  return [...datas].flatMap(([, data]) =>
    trailSchema.parse(JSON.parse(data!)).entries.map(({ step, version }) => `${step} ${version}`),
  )
}
