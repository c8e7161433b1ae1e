import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { findInRedis } from '../support/at-rest.ts'
import { startDeployment } from '../support/connections.ts'
import { alice, bob, carol, startSystem, type System } from '../support/system.ts'

const full = 'full@contoso.example'
const zed = 'zed@contoso.example'
const times = {
  start: { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' },
}

type Answer = {
  counts: Record<string, number>
  mailboxes: { mailbox: string; state: string; reason?: Record<string, unknown> }[]
  next?: number
}

/** What an administrator's tool says to the ingress. */
function administrator({ ingressUrl }: { ingressUrl: string }, key = 'test') {
  const authorization = `Bearer ${key}`
  const get = async <Body>(path: string) =>
    (await (await fetch(`${ingressUrl}/v1/${path}`, { headers: { authorization } })).json()) as Body
  return {
    get,
    async ask(body: string | object, type = 'application/json') {
      const response = await fetch(`${ingressUrl}/v1/mailboxes`, {
        method: 'POST',
        headers: { authorization, 'content-type': type },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
      return { status: response.status, body: (await response.json()) as Answer & Record<string, unknown> }
    },
    /** What became of them, once all have come to their end. */
    ended: () =>
      eventually(async () => {
        const answer = await get<Answer>('enablings')
        expect(answer.counts).toMatchObject({ waiting: 0, testing: 0 })
        return answer
      }),
    list: async () =>
      (await get<{ mailboxes: { mailbox: string }[] }>('mailboxes')).mailboxes.map(({ mailbox }) => mailbox),
  }
}

describe('mailboxes that are asked for over HTTP', () => {
  test('are tested by the inbound worker and enabled; each that fails is told with its reason', async () => {
    const system = await startSystem({ env: { MAILBOXES: alice }, mailboxes: [full] })
    const { get, ask, ended, list } = administrator(system)
    system.simulator.states.set(full, { kind: 'full' })
    const mailboxes = [alice, bob.toUpperCase(), full, zed, 'nobody', bob]
    const asked = await ask({ mailboxes })
    expect(asked).toMatchObject({ status: 202, body: { mailboxes: { length: 5 } } })

    const { counts, mailboxes: told } = await ended()
    expect(counts).toEqual({ waiting: 0, testing: 0, enabled: 2, passed: 0, failed: 3 })
    const firstPage = await get<Answer>('enablings?limit=3')
    expect(firstPage).toEqual({ counts, mailboxes: told.slice(0, 3), next: 3 })
    expect(await get(`enablings?limit=3&after=${firstPage.next}`)).toEqual({
      counts,
      mailboxes: told.slice(3),
    })
    expect(await get('enablings?limit=0')).toMatchObject({ status: 400, errors: [{ field: 'limit' }] })
    const reasons = Object.fromEntries(told.map(({ mailbox, reason }) => [mailbox, reason?.['code']]))
    expect(reasons).toMatchObject({
      [full]: 'ErrorQuotaExceeded',
      [zed]: 'ErrorNameResolutionNoResults',
      nobody: 'INVALID_ADDRESS',
    })
    expect(told.filter(({ state, reason }) => state === 'failed' && !reason?.['mend'])).toEqual([])
    const { steps } = await get<{ steps: { name: string; outcome: string }[] }>(`mailboxes/${bob}/enabling`)
    expect(steps.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(
      ['resolve', 'impersonate', 'read', 'write', 'delete', 'subscribe', 'notification'].map(
        (s) => `${s} ok`,
      ),
    )
    expect(await list()).toEqual([alice, bob])

    system.simulator.userCreates(bob, { subject: 'From Outlook', ...times })
    await eventually(() => expect(system.application.received).toHaveLength(1))
    expect(system.simulator.calendarOf(bob)).toHaveLength(1)
    expect(system.simulator.mails).toEqual([])
  })

  test('may be a CSV file, and may be tested without being enabled', async () => {
    const system = await startSystem({ env: { MAILBOXES: alice } })
    const { ask, ended, list } = administrator(system)
    await ask({ mailboxes: [carol], enable: false })
    expect((await ended()).counts).toMatchObject({ enabled: 0, passed: 1 })
    const csv = `Name;PrimarySmtpAddress\r\n"Bob";${bob}\r\n"Carol";${carol}\r\n`
    expect((await ask(csv, 'text/csv')).body.mailboxes).toHaveLength(2)
    expect((await ended()).counts).toMatchObject({ enabled: 2, passed: 0 })
    expect((await list()).toSorted()).toEqual([alice, bob, carol])
  })

  test('wait for a worker, and go on with the next one when it stops: nothing is left behind', async () => {
    const system = await startSystem({ env: { MAILBOXES: alice }, without: ['inbound'] })
    const { simulator, startWorker, stopWorker } = system
    const { ask, ended, get } = administrator(system)
    expect((await ask({ mailboxes: [bob] })).body.mailboxes).toMatchObject([{ state: 'waiting' }])
    const slow = simulator.faults.add({ kind: 'latency', ms: 60_000, operation: 'DeleteItem' })
    await startWorker('inbound')
    await eventually(() => expect(simulator.calls['DeleteItem']).toBe(1))
    expect(await get(`mailboxes/${bob}/enabling`)).toMatchObject({ state: 'testing', steps: [] })
    await stopWorker('inbound')
    expect(await get(`mailboxes/${bob}/enabling`)).toMatchObject({ state: 'waiting' })

    simulator.faults.remove(slow)
    await startWorker('inbound')
    expect(await ended()).toMatchObject({ mailboxes: [{ mailbox: bob, state: 'enabled' }] })
    expect(simulator.calendarOf(bob)).toEqual([])
  })

  test('are forgotten on request, also before they are enabled', async () => {
    const system = await startSystem({ env: { MAILBOXES: alice, FORGET_SECONDS: '1' } })
    const { simulator, act } = system
    const { ask, ended, list } = administrator(system)
    const slow = simulator.faults.add({ kind: 'latency', ms: 1_000, mailbox: bob })
    await ask({ mailboxes: [bob, carol] })
    await eventually(() => expect(simulator.calls['ResolveNames']).toBeGreaterThan(0))
    expect(await act(bob, 'forget')).toEqual({ mailbox: bob })
    simulator.faults.remove(slow)
    expect((await ended()).counts).toMatchObject({ enabled: 1 })
    await eventually(() => expect(simulator.calls['DeleteItem']).toBe(2))
    await act(carol, 'forget')
    await eventually(async () => expect(await mentionsOf(system, [bob, carol])).toEqual([]))
    expect(await list()).toEqual([alice])
    expect(await act(bob, 'forget')).toMatchObject({ status: 404 })
  })

  test('are not enabled if another connection has them', async () => {
    const { organisations, ingressUrl } = await startDeployment({ names: ['contoso', 'fabrikam'] })
    const { contoso, fabrikam } = organisations
    await eventually(async () => expect(await fabrikam!.mailbox(fabrikam!.alice)).toHaveProperty('currentAt'))
    const { ask, ended, list } = administrator({ ingressUrl }, 'key-of-contoso')
    await ask({ mailboxes: [fabrikam!.alice] })
    expect((await ended()).mailboxes).toMatchObject([
      { state: 'failed', reason: { code: 'ENABLED_ELSEWHERE', says: expect.stringContaining('fabrikam') } },
    ])
    expect((await list()).toSorted()).toEqual([contoso!.alice, contoso!.bob])
  })

  test('have to be named as the problem document says', async () => {
    const { ask, get } = administrator(await startSystem({ without: ['inbound', 'outbound'] }))
    expect(await ask('alice', 'text/plain')).toMatchObject({ status: 415 })
    expect(await ask('{', 'application/json')).toMatchObject({ status: 400 })
    expect(await ask({ mailboxes: [] })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'mailboxes' }] },
    })
    expect(await ask({ mailboxes: Array.from({ length: 1_001 }, () => alice) })).toMatchObject({
      status: 400,
    })
    const noColumn = await ask(`name\n${alice}\n`, 'text/csv')
    expect(noColumn).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('column "address"') },
    })
    expect(JSON.stringify(noColumn.body)).not.toContain('alice')
    expect(await get(`mailboxes/${zed}/enabling`)).toMatchObject({ status: 404 })
  })
})

async function mentionsOf({ env }: System, addresses: readonly string[]): Promise<string[]> {
  const hits = await findInRedis(env['REDIS_URL']!, addresses)
  return hits.map(({ where }) => where).filter((where) => where.includes(env['KEY_PREFIX']!))
}
