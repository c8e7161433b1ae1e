import type { AuthOptions, CalendarGateway, ExchangeConfig } from '@lockstep/exchange'
import { eventually } from '@lockstep/runtime/testing'
import type { Simulator } from '@lockstep/exchange-simulator'
import { describe, expect, onTestFinished, test } from 'vitest'
import { account, mailbox, openExchange, startSecure } from '../support/logon.ts'
import { startProxy } from '../support/relay.ts'

const clientId = 'a6e0d4c2-90ab-4c0d-8f3e-3a1b2c4d5e6f'
const start = { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' }
const end = { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' }

describe('listening', () => {
  test.each(['basic', 'ntlm', 'oauth'] as const)(
    'works with %s over TLS, through a forward proxy',
    async (kind) => {
      const proxy = await startProxy()
      const { simulator, gateway } = await open(kind, {
        waysOut: { proxyUrl: `http://127.0.0.1:${proxy.port}` },
      })
      const { told, id } = await listen(gateway)
      simulator.userCreates(mailbox, { subject: 'Lunch', start, end })
      await eventually(() => expect(told).toEqual([id]))
      expect(proxy.connections()).toBeGreaterThan(0)
    },
  )

  test('leaves the budget of calls to the calls', async () => {
    const { simulator, gateway } = await open('ntlm', { maxInFlight: 1, budgetWaitMs: 2_000 })
    for (let group = 0; group < 4; group += 1) await listen(gateway)
    expect(await gateway.sync(mailbox, undefined)).toMatchObject({ isLast: true })
    expect(simulator.mostInFlight['svc-lockstep@contoso.example']).toBe(5)
  })

  test('on one connection too many is refused, and keeps nobody else quiet', async () => {
    const { simulator, gateway } = await open('basic', { budgetWaitMs: 500 })
    simulator.throttling.change({ maxHangingConnections: 1 })
    await listen(gateway)
    await expect(listen(gateway)).rejects.toMatchObject({ code: 'ErrorExceededConnectionCount' })
    expect(await gateway.sync(mailbox, undefined)).toMatchObject({ isLast: true })
  })

  test('ends when the connection breaks, and says that something may be lost', async () => {
    const { simulator, gateway } = await open('basic')
    const { listening } = await listen(gateway)
    simulator.faults.add({ kind: 'refuseConnections' })
    expect(await listening.ended).toMatchObject({ kind: 'broken' })
  })
})

async function open(kind: 'basic' | 'ntlm' | 'oauth', changes: Partial<ExchangeConfig> = {}) {
  const schemes = [kind === 'oauth' ? ('bearer' as const) : kind]
  const { simulator, url, authorities } = await startSecure({ authentication: { schemes } })
  const auth = authOf(kind, simulator, url)
  const { gateway } = openExchange({ url, auth, trust: { authorities }, ...changes })
  return { simulator, gateway }
}

function authOf(kind: 'basic' | 'ntlm' | 'oauth', simulator: Simulator, url: string): AuthOptions {
  if (kind === 'basic') return { kind, ...account }
  if (kind === 'ntlm') return { kind, ...account, channelBinding: 'auto' }
  const application = { secrets: ['s3cret'], expiredSecrets: [], certificates: [] }
  simulator.addAccount({ address: clientId, impersonates: 'all', application })
  return {
    kind,
    authority: `${new URL(url).origin}/contoso.example`,
    clientId,
    scope: 'https://outlook.office365.com/.default',
    proof: { secret: 's3cret' },
  }
}

async function listen(gateway: CalendarGateway) {
  const group = { anchor: mailbox }
  const told: string[] = []
  const id = await gateway.subscribeStreaming(mailbox, group)
  const listening = await gateway.listen(group, [id], (changed) => told.push(changed))
  onTestFinished(() => listening.close())
  return { told, id, listening }
}
