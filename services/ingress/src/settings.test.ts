import { describe, expect, test } from 'vitest'
import { settingsSchema } from './openapi/setting-answers.ts'
import { alice, startTestIngress } from './testing/start.ts'

const ofAlice = `/v1/mailboxes/${alice}/settings`

describe('settings', () => {
  test('of the connection and of a mailbox are shown with what counts, and where that comes from', async () => {
    const { patch, read } = await setUp()
    await patch('/v1/settings', { conflictPolicy: 'latest', outbound: 'off' })
    const { status, body } = await patch(ofAlice, { mute: true, outbound: 'on', by: 'Olga' })
    expect(status).toBe(200)
    expect(settingsSchema.strict().parse(body)).toEqual({
      mailbox: alice,
      settings: { mute: true, outbound: 'on' },
      inForce: {
        outbound: { value: 'off', from: 'connection' },
        inbound: { value: 'on', from: 'default' },
        conflictPolicy: { value: 'latest', from: 'connection' },
        mute: { value: true, from: 'mailbox' },
      },
      changes: [
        {
          at: expect.any(String),
          // SHA-256 of `demo`.
          by: 'Olga (key 2a97516c)',
          changed: [
            { name: 'outbound', to: 'on' },
            { name: 'mute', to: 'true' },
          ],
        },
      ],
    })
    expect(await read(ofAlice)).toEqual({ status, body })
    const { body: mailbox } = await read(`/v1/mailboxes/${alice}`)
    expect(mailbox).toMatchObject({
      settings: { outbound: { value: 'off', from: 'connection' }, mute: { value: true } },
    })
  })

  test('that are null fall back to the next layer', async () => {
    const { patch } = await setUp()
    await patch('/v1/settings', { mute: true })
    await patch(ofAlice, { mute: false })
    expect(await patch(ofAlice, { mute: null })).toMatchObject({
      body: { settings: {}, inForce: { mute: { value: true, from: 'connection' } } },
    })
    expect(await patch('/v1/settings', { mute: null })).toMatchObject({
      body: { settings: {}, inForce: { mute: { value: false, from: 'environment' } } },
    })
  })

  test.each([
    [{ outbound: true }, 'outbound'],
    [{ conflictPolicy: 'mine' }, 'conflictPolicy'],
    [{ mute: 'yes' }, 'mute'],
    [{ by: '' }, 'by'],
  ])('%j is a problem that names %s', async (settings, field) => {
    const { patch, read } = await setUp()
    const before = await read(ofAlice)
    expect(await patch(ofAlice, settings)).toMatchObject({ status: 400, body: { errors: [{ field }] } })
    expect(await read(ofAlice)).toEqual(before)
  })

  test('of another name, or that are no JSON, are a problem too; so is a mailbox that is not enabled', async () => {
    const { patch } = await setUp()
    expect(await patch('/v1/settings', { outgoing: 'off' })).toMatchObject({ status: 400 })
    expect(await patch('/v1/settings', 'off')).toMatchObject({
      status: 400,
      body: { mend: expect.any(String) },
    })
    expect(await patch('/v1/mailboxes/zed@contoso.example/settings', {})).toMatchObject({ status: 404 })
  })
})

async function setUp() {
  const ingress = await startTestIngress()
  const patch = async (path: string, body: unknown) => {
    const response = await fetch(`${ingress.url}${path}`, {
      method: 'PATCH',
      headers: { Authorization: 'Bearer demo', 'Content-Type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    return { status: response.status, body: await response.json() }
  }
  return { ...ingress, patch }
}
