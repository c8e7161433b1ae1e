import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { account, mailbox, openExchange, startSecure } from '../support/logon.ts'

const basic = { kind: 'basic', ...account } as const

test('a trouble is told once, with its mend, however many calls meet it', async () => {
  const { url } = await startSecure()
  const { outcome, troubles } = openExchange({ url, auth: basic })
  expect(new Set(await Promise.all([outcome(), outcome(), outcome()]))).toEqual(
    new Set(['TLS_UNKNOWN_AUTHORITY']),
  )
  expect(troubles).toEqual([{ code: 'TLS_UNKNOWN_AUTHORITY', mend: expect.stringContaining('EWS_CA_FILE') }])
})

test('a trouble that was mended is told again when it comes back', async () => {
  const { simulator, url, authorities } = await startSecure()
  const { outcome, troubles } = openExchange({ url, auth: basic, trust: { authorities } })
  for (const _ of [1, 2]) {
    const fault = simulator.faults.add({ kind: 'refuseConnections' })
    await eventually(async () => expect(await outcome()).toBe('ECONNREFUSED'))
    simulator.faults.remove(fault)
    await eventually(async () => expect(await outcome()).toBe('ok'))
  }
  expect(troubles.filter(({ code }) => code === 'ECONNREFUSED')).toHaveLength(2)
})

test('how long the certificates are good for is told at the start, and with each connection', async () => {
  const { url, authorities } = await startSecure()
  const { gateway, facts } = openExchange({ url, auth: basic, trust: { authorities } })
  await gateway.sync(mailbox, undefined)
  expect(facts.map(({ use }) => use)).toEqual(['authority', 'server', 'authority'])
  expect(facts[1]?.daysLeft).toBeGreaterThan(300)
})

describe('Exchange Online', () => {
  const oauth = {
    kind: 'oauth',
    authority: 'https://login.microsoftonline.com/contoso.example',
    clientId: 'a6e0d4c2-90ab-4c0d-8f3e-3a1b2c4d5e6f',
    scope: 'https://outlook.office365.com/.default',
    proof: { secret: 'x' },
  } as const

  test('is warned of at the start, with the dates and what to put on the allow list', () => {
    const url = 'https://outlook.office365.com/EWS/Exchange.asmx'
    const { warnings } = openExchange({ url, auth: oauth })
    expect(warnings).toEqual([expect.stringContaining(`-EwsAllowedAppIDs "${oauth.clientId}"`)])
    expect(warnings[0]).toContain('1 April 2027')
  })

  test('is not meant by any other address', () => {
    const url = 'https://mail.contoso.example/EWS/Exchange.asmx'
    expect(openExchange({ url, auth: oauth }).warnings).toEqual([])
  })
})
