import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { reverseOf, startNameServer, type Zone } from '../testing/name-server.ts'
import { createHostNames } from './host-names.ts'

const exchange = '203.0.113.7'
const liar = '203.0.113.66'

describe('the names of an address', () => {
  test('count if they lead back to it', async () => {
    const { names } = await setUp({
      [reverseOf(exchange)]: ['mail-1.outbound.office365.com'],
      'mail-1.outbound.office365.com A': ['203.0.113.1', exchange],
    })
    expect(await names.of(exchange)).toEqual(['mail-1.outbound.office365.com'])
  })

  test('do not count if somebody only gave them to it', async () => {
    const { names } = await setUp({
      [reverseOf(liar)]: ['mail-1.outbound.office365.com', 'liar.example'],
      'mail-1.outbound.office365.com A': [exchange],
    })
    expect(await names.of(liar)).toEqual([])
  })

  test('are asked for once, by however many at a time, and remembered, as is that there are none', async () => {
    const { names, asked } = await setUp({
      [reverseOf(exchange)]: ['mail.contoso.example'],
      'mail.contoso.example A': [exchange],
    })
    await Promise.all(Array.from({ length: 20 }, () => names.of(exchange)))
    expect([await names.of(exchange), await names.of(liar), await names.of(liar)]).toEqual([
      ['mail.contoso.example'],
      [],
      [],
    ])
    expect(asked).toEqual([reverseOf(exchange), 'mail.contoso.example A', reverseOf(liar)])
  })

  test('are asked for anew when their time is over; while the DNS does not answer they stay', async () => {
    const { names, zone, asked } = await setUp({
      [reverseOf(exchange)]: ['mail.contoso.example'],
      'mail.contoso.example A': [exchange],
    })
    await names.of(exchange)
    const now = vi.spyOn(performance, 'now')
    onTestFinished(() => now.mockRestore())
    zone[reverseOf(exchange)] = 'fails'
    now.mockReturnValue(performance.now() + 3_700_000)
    expect(await names.of(exchange)).toEqual(['mail.contoso.example'])
    expect(asked.filter((question) => question === reverseOf(exchange)).length).toBeGreaterThan(1)

    zone[reverseOf(exchange)] = []
    now.mockReturnValue(performance.now() + 10_000)
    expect(await names.of(exchange)).toEqual([])
  })

  test('are unknown if the DNS does not answer', async () => {
    const { names } = await setUp({ [reverseOf(exchange)]: 'fails' })
    expect(await names.of(exchange)).toBeUndefined()
  })

  test('are remembered for so many addresses only, and asked for so many at a time', async () => {
    const { names, asked } = await setUp({}, { most: 2, atOnce: 2 })
    const found = await Promise.all(['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((each) => names.of(each)))
    expect(found).toEqual([[], [], undefined])
    await names.of('192.0.2.3')
    await names.of('192.0.2.1')
    expect(asked.filter((question) => question === reverseOf('192.0.2.1'))).toHaveLength(2)
  })
})

async function setUp(zone: Zone, limits: { most?: number; atOnce?: number } = {}) {
  const server = await startNameServer(zone)
  const names = createHostNames({ servers: [server.address], ...limits })
  onTestFinished(() => names.close())
  return { names, ...server }
}
