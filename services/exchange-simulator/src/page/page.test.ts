import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { calendarItem, createItem, someTimes } from '../testing/requests.ts'
import { alice, setUp } from '../testing/set-up.ts'
import { codeOf } from '../testing/soap-client.ts'

async function setUpControl() {
  const bed = await setUp()
  const send = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${bed.simulator.controlUrl}${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, json: (text ? JSON.parse(text) : undefined) as unknown }
  }
  return { ...bed, send }
}

describe('the page', () => {
  test('names only files that this server has, under a policy that allows no others', async () => {
    const { simulator } = await setUp()
    const response = await fetch(simulator.controlUrl)
    const html = await response.text()
    const policy = response.headers.get('content-security-policy')
    expect(policy).not.toMatch(/unsafe|https?:/)
    const map = /<script type="importmap">(.*?)<\/script>/s.exec(html)![1]!
    expect(policy).toContain(`'sha256-${createHash('sha256').update(map).digest('base64')}'`)
    const { imports } = JSON.parse(map) as { imports: Record<string, string> }
    const paths = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path]) => path!)
    for (const path of [...paths, ...Object.values(imports)]) {
      expect([path, (await fetch(simulator.controlUrl + path)).status]).toEqual([path, 200])
    }
  })

  test('serves no file outside its folders', async () => {
    const { simulator } = await setUp()
    for (const path of ['/package.json', '/..%2fpackage.json', '/src/main.ts', '/modules/', '/ui/']) {
      expect((await fetch(simulator.controlUrl + path)).status).toBe(404)
    }
  })
})

describe('what the page asks for', () => {
  test('the exchanges, found by what was said in them', async () => {
    const { send, call } = await setUpControl()
    await call(createItem(calendarItem('<t:Subject>Harbour Street</t:Subject>', ...someTimes)))
    await call('<m:Nothing/>')
    expect((await send('GET', '/control/exchanges')).json).toMatchObject([
      { operation: 'Nothing', outcome: 'ErrorSchemaValidation', status: 500 },
      { id: 1, operation: 'CreateItem', outcome: 'NoError', mailbox: alice },
    ])
    expect((await send('GET', '/control/exchanges?search=harbour')).json).toHaveLength(1)
    expect((await send('GET', '/control/exchanges/1')).json).toMatchObject({
      request: expect.stringContaining('Harbour Street'),
      answer: expect.stringContaining('CreateItemResponse'),
    })
    expect((await send('GET', '/control/exchanges/9')).status).toBe(404)
  })

  test('a week of a calendar, with the occurrences of series', async () => {
    const { send, simulator } = await setUpControl()
    const at = (time: string) => ({ dateTime: `2027-06-14T${time}`, timeZone: 'Europe/Amsterdam' })
    const recurrence = { pattern: 'daily' as const, interval: 1, count: 3 }
    simulator.userCreates(alice, { subject: 'Stand-up', start: at('09:00'), end: at('09:15'), recurrence })
    const path = `/control/agenda/${alice}?from=2027-06-15T00:00:00Z&to=2027-06-22T00:00:00Z`
    expect((await send('GET', path)).json).toMatchObject([
      { start: { instant: '2027-06-15T07:00:00.000Z' } },
      { start: { instant: '2027-06-16T07:00:00.000Z' } },
    ])
  })

  test('limits, ways to log on and states of mailboxes, which it can change', async () => {
    const { send, call } = await setUpControl()
    const create = createItem(calendarItem(...someTimes))
    await send('PUT', `/control/mailboxes/${alice}/state`, { kind: 'full' })
    expect(codeOf(await call(create))).toBe('ErrorQuotaExceeded')
    await send('PATCH', '/control/throttling', { maxConcurrency: 27 })
    await send('PATCH', '/control/authentication', { channelBinding: 'required' })
    expect((await send('GET', '/control/overview')).json).toMatchObject({
      mailboxes: expect.arrayContaining([
        expect.objectContaining({ address: alice, state: { kind: 'full' } }),
      ]),
      throttling: { policy: { maxConcurrency: 27, budget: null } },
      authentication: { channelBinding: 'required' },
      mostInFlightByMailbox: { [alice]: 1 },
    })
    await send('DELETE', `/control/mailboxes/${alice}/state`)
    expect(codeOf(await call(create))).toBe('NoError')
    expect((await send('PATCH', '/control/throttling', { maxConcurrency: -1 })).status).toBe(400)
  })
})
