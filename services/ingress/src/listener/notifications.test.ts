import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { created, notification, status } from '../testing/notification.ts'
import { alice, postTo, startTestIngress } from '../testing/start.ts'

/** Ten to the ninth power. */
const laughs = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join(
  '<!ENTITY l0 "lol">',
)
const withType = (declarations: string, entity: string) =>
  `<!DOCTYPE x [${declarations}]>${notification(created)
    .replace(/^<[?].*[?]>/, '')
    .replace('s1', entity)}`

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
    ['an entity that names a file', withType('<!ENTITY a SYSTEM "file:///etc/passwd">', '&a;'), 400],
    ['an entity that names a host', withType('<!ENTITY % a SYSTEM "http://127.0.0.1:9/"> %a;', ''), 400],
    ['entities that grow', withType(laughs, '&l9;'), 400],
    ['an entity that nobody declared', notification(created).replace('s1', '&a;'), 400],
    ['more than 256 KiB', notification(created.repeat(1_500)), 413],
  ])('what is %s is refused and wakes nothing', async (_what, body, expected) => {
    const { notify, queues } = await setUp()
    expect((await notify(body)).status).toBe(expected)
    expect((await queues.inbound.counts()).waiting).toBe(0)
  })
})

describe('what is refused', () => {
  const ask = async (url: string, head: string, body = '') => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.write(`POST /exchange/notifications/${head}\r\n\r\n${body}`)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    return answer.toString()
  }
  const xml = 'Host: a\r\nContent-Type: text/xml'

  test('for its token is not read', async () => {
    const { url } = await setUp()
    const answer = await ask(url, `guess HTTP/1.1\r\n${xml}\r\nContent-Length: 1000`)
    expect(answer).toMatch(/^HTTP\/1.1 404/)
    expect(answer).not.toMatch(/^connection: close/im)
  })

  test.each(['Content-Length: 900000000', 'Transfer-Encoding: chunked'])(
    'and has more to come is cut off: %s',
    async (length) => {
      const { url } = await setUp()
      expect(await ask(url, `guess HTTP/1.1\r\n${xml}\r\n${length}`)).toMatch(/^connection: close/im)
    },
  )

  test.each([
    ['said', 'Content-Length: 900000000', ''],
    ['shown', 'Transfer-Encoding: chunked', `50000\r\n${' '.repeat(0x50000)}\r\n`],
  ])('for the length that is %s is not read', async (_how, length, body) => {
    const { url, token } = await setUp()
    const answer = await ask(url, `${token} HTTP/1.1\r\n${xml}\r\n${length}`, body)
    expect(answer).toMatch(/^HTTP\/1.1 413/)
    expect(answer).toMatch(/^connection: close/im)
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
  return { ...ingress, mailboxId, token, notify }
}
