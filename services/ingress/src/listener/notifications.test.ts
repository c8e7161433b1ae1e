import { describe, expect, test } from 'vitest'
import { created, notification, status } from '../testing/notification.ts'
import { alice, postTo, startTestIngress } from '../testing/start.ts'

describe('POST /exchange/notifications/:token', () => {
  test('answers OK once the mailbox is due in the ledger, and wakes it', async () => {
    const { notify, mailboxId, ledger, queues } = await setUp()
    expect(await ledger.dueMailboxes('inbound', Date.now(), 10)).not.toContain(mailboxId)
    const answer = await notify(notification(created))

    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/xml; charset=utf-8')
    expect(answer.text).toContain('<m:SubscriptionStatus>OK</m:SubscriptionStatus>')
    expect(await ledger.dueMailboxes('inbound', Date.now(), 10)).toContain(mailboxId)
    expect(await ledger.takeNotified(mailboxId)).toBeGreaterThan(1)
    expect((await queues.inbound.counts()).waiting).toBe(1)
  })

  test('a burst of notifications is one job', async () => {
    const { notify, queues } = await setUp()
    await Promise.all(Array.from({ length: 20 }, () => notify(notification(created, created))))
    expect((await queues.inbound.counts()).waiting).toBe(1)
  })

  test('a status event is a sign of life and no more', async () => {
    const { notify, mailboxId, ledger, queues } = await setUp()
    expect((await notify(notification(status))).text).toContain('OK')
    expect((await ledger.mailboxState(mailboxId)).subscription?.heardAtMs).toBeGreaterThan(1)
    expect((await queues.inbound.counts()).waiting).toBe(0)
    expect(await ledger.takeNotified(mailboxId)).toBeUndefined()
  })

  test('nobody without a token that is known can wake a mailbox; it is not found', async () => {
    const { notify, queues } = await setUp()
    const { status: answered } = await notify(notification(created), 'guess')
    expect(answered).toBe(404)
    expect((await queues.inbound.counts()).waiting).toBe(0)
  })

  test('a call with the token of a probe is noted, wakes nobody, and ends the subscription that made it', async () => {
    const { notify, ledger, queues } = await setUp()
    const token = await ledger.openProbe(60_000)
    const answer = await notify(notification(status, created), token)
    expect(answer.text).toContain('<m:SubscriptionStatus>Unsubscribe</m:SubscriptionStatus>')
    expect(await ledger.probeHeardAt(token)).toBeGreaterThan(1)
    expect((await queues.inbound.counts()).waiting).toBe(0)
  })

  test.each([
    ['not XML', '{}', 400],
    ['another message', '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"/>', 400],
    ['a document type', `<!DOCTYPE x [<!ENTITY a "b">]>${notification(created)}`, 400],
    ['more than 256 KiB', notification(created.repeat(1_500)), 413],
  ])('what is %s is refused and wakes nothing', async (_what, body, expected) => {
    const { notify, queues } = await setUp()
    expect((await notify(body)).status).toBe(expected)
    expect((await queues.inbound.counts()).waiting).toBe(0)
  })
})

async function setUp() {
  const ingress = await startTestIngress()
  const { ledger, url } = ingress
  const mailboxId = (await ledger.find(alice))!.id
  const token = await ledger.newToken()
  await ledger.saveSubscription(mailboxId, { id: 's1', token, startedAtMs: 1, heardAtMs: 1 })
  await ledger.lease('inbound', mailboxId, Date.now() + 3_600_000)
  const notify = (body: string, to = token) =>
    postTo(`${url}/exchange/notifications/${to}`, body, { 'Content-Type': 'text/xml; charset=utf-8' })
  return { ...ingress, mailboxId, notify }
}
