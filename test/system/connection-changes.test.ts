import { eventually } from '@lockstep/runtime/testing'
import { startSimulator } from '@lockstep/exchange-simulator'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Deployment, fileWith, type Organisation, startDeployment } from '../support/connections.ts'
import { appointment, event } from '../support/events.ts'

describe('while everything runs', () => {
  test('a connection is added and another ends, and the rest is not touched', async () => {
    const { contoso, fabrikam, tailspin, deployment } = await threeOrganisations()
    deployment.write(contoso, fabrikam)
    await eventually(async () => expect(await statusOf(tailspin)).toBe(401))
    deployment.write(contoso, tailspin)
    await eventually(async () => expect(await statusOf(fabrikam)).toBe(401))
    await eventually(async () => expect(await statusOf(tailspin)).toBe(200))
    await works(tailspin, 'A1')
    await works(contoso, 'A1')
    expect(saidOf(deployment, 'contoso')).toEqual([])
    expect(saidOf(deployment, 'tailspin')).toContain('connection added')
  })

  test('another endpoint is tried and taken', async () => {
    const { contoso, deployment } = await oneOrganisation()
    await works(contoso, 'A1')
    const accounts = [
      { address: contoso.alice, password: 'x' },
      { address: contoso.bob, password: 'x' },
      { address: 'svc@contoso.example', password: 'another', impersonates: 'all' as const },
    ]
    const other = await startSimulator({ seed: false, accounts })
    onTestFinished(() => other.close())
    deployment.write({
      ...contoso,
      settings: { ...contoso.settings, EWS_URL: other.url, EWS_PASSWORD: 'another' },
    })
    // The ingress and both workers, each by itself.
    await eventually(() => expect(saidOf(deployment, 'contoso')).toHaveLength(3))
    await contoso.send(event({ id: 'A2', version: 1, mailbox: contoso.alice }, appointment()))
    await contoso.settled(contoso.alice, 'A2', 1)
    expect(other.calendarOf(contoso.alice)).toHaveLength(1)
  })

  test.each([
    ['a wrong password', { EWS_PASSWORD: 'wrong' }, /LOGON_REFUSED.*EWS_PASSWORD/],
    ['an endpoint where nobody listens', { EWS_URL: 'http://127.0.0.1:9/EWS' }, /ECONNREFUSED/],
    ['an account that may not act for others', asAlice, /ErrorImpersonateUserDenied/],
  ])('%s is refused and told, and what was before goes on', async (_, changes, reason) => {
    const { contoso, deployment } = await oneOrganisation()
    await works(contoso, 'A1')
    deployment.write({ ...contoso, settings: { ...contoso.settings, ...changes } })
    await eventually(() => expect(refusals(deployment)).toHaveLength(3))
    expect(refusals(deployment)[0]).toMatch(reason)
    await works(contoso, 'A2')
    const probe = await fetch(`${deployment.probes.outbound}/readyz`)
    expect([probe.status, await probe.json()]).toMatchObject([
      200,
      { notes: { contoso: expect.stringMatching(/refused/) } },
    ])
    expect(await refusedMetric(deployment)).toMatch(/of="contoso".* 1$/)
    expect(await connectionsSeenBy(contoso)).toMatchObject([
      { name: 'contoso', refused: { reason: expect.stringMatching(reason) } },
    ])

    deployment.write(contoso)
    await eventually(async () => expect(await refusedMetric(deployment)).not.toMatch(/of="contoso"/))
  })

  test('a file that is no JSON changes nothing, and is told', async () => {
    const { contoso, deployment } = await oneOrganisation()
    deployment.writeText('{ "connections": ')
    await eventually(() => expect(refusals(deployment)).toHaveLength(3))
    expect(refusals(deployment)[0]).toMatch(/CONNECTIONS_FILE: .* is not JSON/)
    await works(contoso, 'A1')
    deployment.write(contoso)
    await eventually(async () => expect(await refusedMetric(deployment)).not.toMatch(/of="settings"/))
  })

  test('a key in a file is replaced', async () => {
    const { contoso, deployment } = await oneOrganisation()
    const file = fileWith('key-of-contoso')
    const { PRODUCER_API_KEYS: _, ...settings } = contoso.settings
    deployment.write({ ...contoso, settings: { ...settings, PRODUCER_API_KEYS_FILE: file.path } })
    await works(contoso, 'A1')
    file.write('another-key\n')
    await eventually(async () => expect(await statusOf(contoso)).toBe(401))
    await eventually(async () => expect(await statusOf(contoso, 'another-key')).toBe(200))
  })
})

const asAlice = { EWS_USERNAME: 'alice@contoso.example', EWS_PASSWORD: 'lockstep' }

async function works(organisation: Organisation, id: string): Promise<void> {
  const { alice, simulator, send, settled } = organisation
  await send(event({ id, version: 1, mailbox: alice }, appointment({ subject: id })))
  await settled(alice, id, 1)
  expect(simulator.calendarOf(alice).map(({ subject }) => subject)).toContain(id)
}

async function connectionsSeenBy({ ingressUrl, name }: Organisation): Promise<unknown> {
  const headers = { authorization: `Bearer key-of-${name}` }
  const answer = await (await fetch(`${ingressUrl}/v1/connections`, { headers })).json()
  return (answer as { connections: unknown }).connections
}

async function statusOf({ ingressUrl, alice, name }: Organisation, key = `key-of-${name}`): Promise<number> {
  const headers = { authorization: `Bearer ${key}` }
  return (await fetch(`${ingressUrl}/v1/mailboxes/${alice}`, { headers })).status
}

function saidOf({ lines }: Deployment, connection: string): unknown[] {
  const changes = ['connection added', 'connection ended', 'new settings of a connection are in use']
  return lines
    .filter((line) => line['connection'] === connection)
    .map(({ msg }) => msg)
    .filter((msg) => changes.includes(String(msg)))
}

function refusals({ lines }: Deployment): string[] {
  return lines
    .filter(({ msg }) => /^new settings.*refused/.test(String(msg)))
    .map(({ reason }) => String(reason))
}

async function refusedMetric({ probes }: Deployment): Promise<string> {
  const text = await (await fetch(`${probes.outbound}/metrics`)).text()
  return text
    .split('\n')
    .filter((line) => line.startsWith('lockstep_settings_refused'))
    .join('\n')
}

async function oneOrganisation() {
  const deployment = await startDeployment({ names: ['contoso'] })
  const { contoso } = deployment.organisations as Record<'contoso', Organisation>
  return { contoso, deployment }
}

async function threeOrganisations() {
  const deployment = await startDeployment({ names: ['contoso', 'fabrikam', 'tailspin'] })
  const { contoso, fabrikam, tailspin } = deployment.organisations as Record<
    'contoso' | 'fabrikam' | 'tailspin',
    Organisation
  >
  return { contoso, fabrikam, tailspin, deployment }
}
