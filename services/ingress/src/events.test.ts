import { anEvent } from '@lockstep/producer/testing'
import { describe, expect, test } from 'vitest'
import { alice, startTestIngress } from './testing/start.ts'

describe('POST /v1/events', () => {
  test.each([
    'application/json',
    'application/cloudevents+json',
    'application/cloudevents+json; charset=utf-8',
  ])('takes one event as %s: stored, and its mailbox woken', async (type) => {
    const { post, ledger, queues } = await startTestIngress()
    const answer = await post(anEvent(), { 'Content-Type': type })

    expect(answer).toMatchObject({
      status: 202,
      json: { results: [{ id: 'e1', appointmentId: 'APP-1042', version: 3, status: 'accepted' }] },
    })
    const mailbox = await ledger.find(alice)
    expect((await ledger.state(mailbox!.id, 'APP-1042'))?.record.wanted).toMatchObject({
      kind: 'present',
      version: 3,
    })
    expect((await queues.outbound.counts()).waiting).toBe(1)
  })

  test.each(['application/json', 'application/cloudevents-batch+json'])(
    'takes a list of events as %s',
    async (type) => {
      const { post } = await startTestIngress()
      const events = [anEvent({ id: '1' }), anEvent({ id: '2', data: { version: 4 } })]
      const { status, json } = await post(events, { 'Content-Type': type })
      expect(status).toBe(202)
      expect(json).toMatchObject({
        results: [
          { id: '1', status: 'accepted' },
          { id: '2', status: 'accepted' },
        ],
      })
    },
  )

  test('keeps text exactly, whatever is in it', async () => {
    const { post, ledger } = await startTestIngress()
    const subject = 'R&D <x> "q" ]]> 😀 \u00e9\u0065\u0301'
    await post(anEvent({ appointment: { subject } }))
    const mailbox = await ledger.find(alice)
    expect((await ledger.state(mailbox!.id, 'APP-1042'))?.record.wanted).toMatchObject({
      appointment: { subject },
    })
  })

  test('says that an older version is stale', async () => {
    const { post } = await startTestIngress()
    await post(anEvent({ data: { version: 4 } }))
    expect(await post(anEvent({ data: { version: 3 } }))).toMatchObject({
      status: 202,
      json: { results: [{ status: 'stale' }] },
    })
  })

  test.each([
    ['private', { sensitivity: 'private' }],
    ['recurring', { recurrence: { pattern: { type: 'daily' } } }],
  ])('refuses what is %s, which is no error', async (reason, appointment) => {
    const { post } = await startTestIngress()
    expect(await post(anEvent({ appointment }))).toMatchObject({
      status: 202,
      json: { results: [{ status: 'refused', reason }] },
    })
  })

  test('takes the good events of a list, and says what is wrong with the others', async () => {
    const { post, stored } = await startTestIngress()
    const { status, json } = await post([
      anEvent({ id: '1', data: { appointmentId: 'a' } }),
      anEvent({ id: '2', data: { appointmentId: 'b' }, appointment: { subject: undefined } }),
      anEvent({ id: '3', data: { appointmentId: 'c', mailbox: 'zed@contoso.example' } }),
      anEvent({ id: '4', data: { appointmentId: 'd' } }),
    ])
    expect(status).toBe(202)
    expect(json).toMatchObject({
      results: [
        { id: '1', status: 'accepted' },
        { id: '2', status: 'invalid', problems: [{ pointer: '/data/appointment/subject' }] },
        { id: '3', status: 'invalid', problems: [{ pointer: '/data/mailbox' }] },
        { id: '4', status: 'accepted' },
      ],
    })
    expect(await stored()).toBe(2)
  })

  test('logs one line for each event, with nothing of its content', async () => {
    const lines: string[] = []
    const { post } = await startTestIngress({ onLine: (line) => lines.push(line) })
    const secret = {
      subject: 'merger',
      location: 'boardroom',
      body: { contentType: 'text', content: 'acquire' },
    }
    await post([
      anEvent({ appointment: secret }),
      anEvent({ appointment: { ...secret, sensitivity: 'private' } }),
      anEvent({ appointment: { ...secret, showAs: 'merger' } }),
    ])
    expect(lines.filter((line) => line.includes('"msg":"event"'))).toHaveLength(3)
    expect(lines.join('')).not.toMatch(/merger|boardroom|acquire/)
  })
})
