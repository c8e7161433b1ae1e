import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '@lockstep/runtime'
import { testRedis } from '@lockstep/runtime/testing'
import { expect, onTestFinished, test } from 'vitest'
import { loadConfig, startIngress } from '../index.ts'
import { created, notification } from '../testing/notification.ts'
import { postTo } from '../testing/start.ts'

const [ofContoso, ofFabrikam, stranger] = ['40.97.1.2', '52.96.0.1', '203.0.113.9']
const names = ['contoso', 'fabrikam', 'nobody', 'default']

test.each([
  ['one of the sources of one of them', ofContoso, 404],
  ['no source of any', stranger, 403],
])('whoever is %s gets the same answer from connections that exist and others', async (_, source, status) => {
  const { notify } = await setUp()
  const answers = await Promise.all(names.map((name) => notify(`${name}.guess`, source)))
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([status]))
  expect(
    new Set(answers.map(({ json }) => JSON.stringify({ ...(json as object), requestId: '' }))).size,
  ).toBe(1)
})

test('where anybody may notify one of them, nobody learns that others let in few', async () => {
  const { notify } = await setUp({ FABRIKAM_SOURCES: undefined })
  const answers = await Promise.all(names.map((name) => notify(`${name}.guess`, stranger)))
  expect(answers.map(({ status }) => status)).toEqual(names.map(() => 404))
})

test('what is sent to one that does not exist is counted, told and cut off as elsewhere', async () => {
  const { notify, url, metrics, lines } = await setUp()
  await notify('nobody.guess', ofContoso)
  await notify('nobody.guess', stranger)
  expect(await metrics()).toMatch(/lockstep_notifications_total\{outcome="unknownToken",[^}]*\} 1/)
  expect(await metrics()).toMatch(/lockstep_notifications_total\{outcome="notAllowed",[^}]*\} 1/)
  expect(lines.filter(({ msg }) => msg === 'notifications refused')).toHaveLength(2)

  for (const name of names) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.write(
      `POST /exchange/notifications/${name}.x HTTP/1.1\r\nHost: a\r\nContent-Length: 900000000\r\n\r\n`,
    )
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^connection: close/im)
    socket.destroy()
  }
})

test('a source that another connection has is counted as not allowed where it is refused', async () => {
  const { notify, metrics } = await setUp()
  expect((await notify('fabrikam.guess', ofContoso)).status).toBe(404)
  expect(await metrics()).toMatch(
    /lockstep_notifications_total\{outcome="notAllowed",[^}]*connection="fabrikam"[^}]*\} 1/,
  )
})

type Sources = { FABRIKAM_SOURCES?: string | undefined }

/** Two connections, each with sources of its own. The test speaks as a proxy, for whatever source it likes. */
async function setUp({ FABRIKAM_SOURCES }: Sources = { FABRIKAM_SOURCES: ofFabrikam }) {
  const { prefix, url: redisUrl } = testRedis()
  const connection = (name: string, sources: string | undefined) => ({
    MAILBOXES: [`alice@${name}.example`],
    PRODUCER_API_KEYS: `key-of-${name}`,
    ...(sources !== undefined && { NOTIFICATION_SOURCES: sources }),
  })
  const connections = {
    contoso: connection('contoso', ofContoso),
    fabrikam: connection('fabrikam', FABRIKAM_SOURCES),
  }
  const env = {
    REDIS_URL: redisUrl,
    KEY_PREFIX: prefix,
    FINGERPRINT_KEY: 'key',
    INGRESS_PORT: '0',
    INGRESS_TRUSTED_PROXIES: '127.0.0.1',
    CONNECTIONS_FILE: aFile(JSON.stringify({ connections })),
  }
  const lines: Record<string, unknown>[] = []
  const log = createLogger('ingress', 'info', { write: (line) => void lines.push(JSON.parse(line)) })
  const ingress = await startIngress(loadConfig(env), { log })
  onTestFinished(() => ingress.close())
  return {
    url: ingress.url,
    lines,
    metrics: async () => (await fetch(`${ingress.url}/metrics`)).text(),
    notify: (to: string, source: string) =>
      postTo(`${ingress.url}/exchange/notifications/${to}`, notification(created), {
        'Content-Type': 'text/xml',
        'X-Forwarded-For': source,
      }),
  }
}

function aFile(text: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'lockstep-connections-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const path = join(dir, 'connections.json')
  writeFileSync(path, text)
  return path
}
