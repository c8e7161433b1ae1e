import { anEvent } from '@lockstep/producer/testing'
import { describe, expect, test } from 'vitest'
import { appointmentStateSchema, mailboxStateSchema } from './openapi/answers.ts'
import { alice, startTestIngress } from './testing/start.ts'

describe('GET /v1/appointments/:mailbox/:appointmentId', () => {
  test('tells how far an appointment is, and nothing of its content', async () => {
    const { post, read } = await startTestIngress()
    await post(anEvent({ time: '2027-01-01T00:00:00Z' }))
    const { status, body } = await read(`/v1/appointments/${alice}/APP-1042`)

    expect(status).toBe(200)
    expect(appointmentStateSchema.strict().parse(body)).toMatchObject({
      mailbox: alice,
      appointmentId: 'APP-1042',
      state: 'pending',
      wanted: { kind: 'present', version: 3, at: '2027-01-01T00:00:00.000Z' },
      writtenVersion: 0,
      inExchange: false,
      outbound: { attempts: 0 },
    })
    expect(JSON.stringify(body)).not.toContain('Site visit')
  })

  test('tells why a refused one is absent', async () => {
    const { post, read } = await startTestIngress()
    await post(anEvent({ appointment: { sensitivity: 'private' } }))
    const { body } = await read(`/v1/appointments/${alice}/APP-1042`)
    expect(body).toMatchObject({ wanted: { kind: 'absent', reason: 'private' } })
  })

  test('tells why a parked one does not go on', async () => {
    const { post, read, ledger } = await startTestIngress()
    await post(anEvent())
    const { id } = (await ledger.find(alice))!
    const [attempt] = await ledger.beginOutbound(id, { limit: 1, nowMs: Date.now(), leaseMs: 1_000 })
    await ledger.commitOutbound(id, attempt!, { kind: 'parked', code: 'ErrorQuotaExceeded' }, Date.now())
    const { body } = await read(`/v1/appointments/${alice}/APP-1042`)
    expect(body).toMatchObject({
      state: 'parked',
      outbound: { code: 'ErrorQuotaExceeded', parkedAt: expect.any(String) },
    })
  })

  test('finds an id whatever characters it is made of', async () => {
    const { post, read } = await startTestIngress()
    await post(anEvent({ data: { appointmentId: 'a/b ü?&%' } }))
    const { body } = await read(`/v1/appointments/${alice}/${encodeURIComponent('a/b ü?&%')}`)
    expect(body).toMatchObject({ appointmentId: 'a/b ü?&%' })
  })

  test.each([`${alice}/unknown`, 'zed@contoso.example/APP-1042'])('knows nothing of %s', async (path) => {
    const { read } = await startTestIngress()
    expect(await read(`/v1/appointments/${path}`)).toMatchObject({
      status: 404,
      body: { mend: expect.any(String) },
    })
  })
})

describe('GET /v1/mailboxes/:mailbox', () => {
  test('tells how fresh a mailbox is', async () => {
    const { read, ledger } = await startTestIngress()
    const { id } = (await ledger.find(alice))!
    await ledger.saveSubscription(id, {
      id: 's',
      token: 'secret-token',
      startedAtMs: 1_000,
      heardAtMs: 2_000,
    })
    const { status, body } = await read(`/v1/mailboxes/${alice.toUpperCase()}`)
    expect(status).toBe(200)
    expect(mailboxStateSchema.strict().parse(body)).toMatchObject({
      mailbox: alice,
      subscription: { startedAt: '1970-01-01T00:00:01.000Z', heardAt: '1970-01-01T00:00:02.000Z' },
    })
    expect(JSON.stringify(body)).not.toContain('secret-token')
  })

  test('knows no mailbox that is not enabled', async () => {
    const { read } = await startTestIngress()
    expect((await read('/v1/mailboxes/zed@contoso.example')).status).toBe(404)
  })
})
