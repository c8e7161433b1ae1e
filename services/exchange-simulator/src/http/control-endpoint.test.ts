import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { PlainItem } from '../plain-item.ts'
import { alice, setUp } from '../testing/set-up.ts'

const entry = {
  subject: 'Site visit',
  start: { dateTime: '2027-03-28T09:00:00', timeZone: 'Europe/Amsterdam' },
  end: { dateTime: '2027-03-28T10:00:00', timeZone: 'Europe/Amsterdam' },
}

async function setUpControl() {
  const bed = await setUp()
  const send = async (method: string, path: string, body?: object) => {
    const request = { method, ...(body && { body: JSON.stringify(body) }) }
    const response = await fetch(`${bed.simulator.controlUrl}${path}`, request)
    const text = await response.text()
    return {
      status: response.status,
      json: (text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text) as unknown,
    }
  }
  return { ...bed, send, calendar: `/control/calendars/${alice}` }
}

describe('the calendars of the control API', () => {
  test('are those of Outlook: what is entered, changed and deleted there is so in Exchange', async () => {
    const { send, calendar, simulator } = await setUpControl()
    const created = (await send('POST', calendar, entry)).json as PlainItem
    expect(created).toMatchObject({
      subject: entry.subject,
      start: { dateTime: entry.start.dateTime, instant: '2027-03-28T07:00:00.000Z' },
      sensitivity: 'normal',
      reminderMinutesBeforeStart: 15,
      recurrence: null,
      stamped: false,
    })
    const item = `${calendar}/${encodeURIComponent(created.itemId)}`
    const changed = (await send('PATCH', item, { sensitivity: 'private', reminderMinutesBeforeStart: null }))
      .json
    expect(changed).toMatchObject({
      subject: 'Site visit',
      sensitivity: 'private',
      reminderMinutesBeforeStart: null,
    })
    expect((await send('DELETE', item)).status).toBe(204)
    expect(simulator.calendarOf(alice)).toEqual([])
  })

  test('take a series', async () => {
    const { send, calendar } = await setUpControl()
    const recurrence = { pattern: 'weekly', interval: 2, daysOfWeek: ['sunday', 'monday'], count: 4 }
    expect((await send('POST', calendar, { ...entry, recurrence })).json).toMatchObject({ recurrence })
  })

  test.each([
    ['an unknown zone', { ...entry, start: { ...entry.start, timeZone: 'Middle/Earth' } }, 400],
    ['an unknown field', { ...entry, colour: 'red' }, 400],
    ['an end before the start', { ...entry, end: { ...entry.end, dateTime: '2027-03-28T08:00:00' } }, 400],
  ])('refuse %s', async (_what, body, status) => {
    const { send, calendar } = await setUpControl()
    expect((await send('POST', calendar, body)).status).toBe(status)
  })

  test.each(['/control/calendars/nobody@contoso.example', '/nothing'])('do not know %s', async (path) => {
    const { send } = await setUpControl()
    expect((await send('GET', path)).status).toBe(404)
  })
})

describe('the control API', () => {
  test('shows counters, sets faults, and resets everything', async () => {
    const { send, simulator } = await setUpControl()
    simulator.userCreates(alice, entry)
    const { json } = await send('POST', '/control/faults', { kind: 'latency', ms: 1, operation: 'GetItem' })
    expect(json).toMatchObject({ id: expect.any(String) })
    expect((await send('GET', '/control/state')).json).toMatchObject({
      faults: { active: [{ kind: 'latency', ms: 1 }] },
    })
    expect((await send('POST', '/control/faults', { kind: 'earthquake' })).status).toBe(400)
    await send('POST', '/control/reset')
    expect([simulator.faults.active, simulator.calendarOf(alice)]).toEqual([[], []])
  })

  test('streams an event for each change', async () => {
    const { simulator } = await setUpControl()
    const stop = new AbortController()
    onTestFinished(() => stop.abort())
    const { body } = await fetch(`${simulator.controlUrl}/control/events`, { signal: stop.signal })
    const reader = body!.pipeThrough(new TextDecoderStream()).getReader()
    await reader.read()
    const { itemId } = simulator.userCreates(alice, entry)
    const { value = '' } = await reader.read()
    expect(value).toMatch(/^id: \d+\nevent: created\ndata: /)
    expect(JSON.parse(value.split('data: ')[1] ?? '')).toMatchObject({
      mailbox: alice,
      itemId,
      item: { subject: 'Site visit' },
    })
  })

  test('closing does not wait for whoever reads the stream', async () => {
    const { simulator } = await setUp()
    const response = await fetch(`${simulator.controlUrl}/control/events`)
    await Promise.race([simulator.close(), wait(30_000).then(() => Promise.reject(new Error('still open')))])
    await response.text().catch(() => '')
    expect(response.status).toBe(200)
  })

  test.each(['/healthz', '/readyz', '/metrics'])('answers %s', async (path) => {
    const { send } = await setUpControl()
    expect((await send('GET', path)).status).toBe(200)
  })
})
