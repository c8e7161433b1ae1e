import { anEvent } from '@lockstep/producer/testing'
import { describe, expect, test } from 'vitest'
import { postTo, startTestIngress } from './testing/start.ts'

const amsterdam = (dateTime: string) => ({ dateTime, timeZone: 'Europe/Amsterdam' })
const event = JSON.stringify(anEvent())

/** The event, the answer's status, and the one place that is wrong. */
const invalid: Record<string, [unknown, number, string]> = {
  'an unknown type': [anEvent({ type: 'appointment.moved' }), 400, '/type'],
  'a missing property': [anEvent({ appointment: { start: undefined } }), 400, '/data/appointment/start'],
  'an unknown property': [anEvent({ appointment: { title: 'x' } }), 400, '/data/appointment/title'],
  'an end before its start': [
    anEvent({ appointment: { end: amsterdam('2027-03-28T08:00:00') } }),
    400,
    '/data/appointment/end',
  ],
  'an unknown zone': [
    anEvent({ appointment: { end: { dateTime: '2027-03-28T10:00:00', timeZone: 'Europe/Atlantis' } } }),
    400,
    '/data/appointment/end/timeZone',
  ],
  'an unknown mailbox': [anEvent({ data: { mailbox: 'zed@contoso.example' } }), 422, '/data/mailbox'],
  'no event in it': ['null', 400, ''],
}

/** The body, its headers, and the answer's status and detail. */
const unreadable: Record<string, [string, Record<string, string>, number, RegExp]> = {
  'no key': [event, { Authorization: '' }, 401, /no key/],
  'a wrong key': [event, { Authorization: 'Bearer demo2' }, 401, /not known/],
  'another kind of key': [event, { Authorization: 'Basic ZGVtbzpkZW1v' }, 401, /no key/],
  'text that is not JSON': ['{"a": 1,\n "b" 2}', {}, 400, /not JSON: line 2, column 6/],
  'JSON that ends too early': ['{"a": ', {}, 400, /not JSON/],
  'nothing in it': ['', {}, 400, /empty/],
  '2 MB in it': [
    JSON.stringify(anEvent({ appointment: { subject: 'x'.repeat(2_000_000) } })),
    {},
    413,
    /1024 KiB/,
  ],
  'another media type': [event, { 'Content-Type': 'text/plain' }, 415, /media type/],
  'a list where one event was announced': [
    `[${event}]`,
    { 'Content-Type': 'application/cloudevents+json' },
    400,
    /list/,
  ],
  'one event where a list was announced': [
    event,
    { 'Content-Type': 'application/cloudevents-batch+json' },
    400,
    /list/,
  ],
  'more events than are taken at a time': [`[${Array(501).fill('0').join()}]`, {}, 413, /501/],
}

describe('a request to POST /v1/events', () => {
  test.each(Object.entries(invalid))(
    'with %s is told the place and the mend, and nothing is stored',
    async (_name, expected) => {
      const [body, status, pointer] = expected
      const { post, stored } = await startTestIngress()
      const answer = await post(body)

      expect(answer.status).toBe(status)
      expect(answer.headers.get('content-type')).toMatch('application/problem+json')
      expect(answer.json).toMatchObject({
        type: expect.any(String),
        title: expect.any(String),
        status,
        detail: expect.stringMatching(/\S/),
        mend: expect.stringMatching(/\S/),
        errors: [{ pointer, detail: expect.stringMatching(/\S/), mend: expect.stringMatching(/\S/) }],
      })
      expect(await stored()).toBe(0)
    },
  )

  test.each(Object.entries(unreadable))(
    'with %s is told why and the mend, and nothing is stored',
    async (_name, expected) => {
      const [body, headers, status, detail] = expected
      const { post, stored } = await startTestIngress()
      const answer = await post(body, headers)

      expect(answer.status).toBe(status)
      expect(answer.headers.get('content-type')).toMatch('application/problem+json')
      expect(answer.json).toMatchObject({
        status,
        detail: expect.stringMatching(detail),
        mend: expect.stringMatching(/\S/),
      })
      expect(await stored()).toBe(0)
    },
  )

  test('without a key learns how to send one', async () => {
    const { url } = await startTestIngress()
    const { headers } = await postTo(`${url}/v1/events`, {}, {})
    expect(headers.get('www-authenticate')).toBe('Bearer realm="lockstep"')
  })

  test('is never quoted back where it is not JSON', async () => {
    const { post } = await startTestIngress()
    expect((await post('{"subject": secret plans}')).text).not.toContain('secret')
  })
})

test('every key that is configured is a key, and nothing needs one outside /v1', async () => {
  const { url, post } = await startTestIngress()
  expect((await post(anEvent(), { Authorization: 'Bearer other-key' })).status).toBe(202)
  for (const path of ['/v1/trail?mailbox=x', '/v1/changes', '/v1/nothing']) {
    expect((await fetch(url + path)).status).toBe(401)
  }
  for (const path of ['/healthz', '/readyz', '/metrics', '/docs', '/openapi.json']) {
    expect((await fetch(url + path)).status).toBe(200)
  }
})
