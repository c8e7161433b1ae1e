import { createServer, type RequestListener } from 'node:http'
import { listen } from '@lockstep/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { createWebhookApplication } from './webhook-application.ts'

const change = {
  id: 'm1/A/1',
  kind: 'cancelled',
  atMs: 0,
  mailbox: 'alice@contoso.example',
  appointmentId: 'A',
  revision: 1,
  applicationVersion: 0,
  changed: [],
} as const

test('an application that does not answer is unavailable, by a code that says why', async () => {
  const { tell } = await setUp(() => {}, 50)
  expect(await tell()).toEqual({ kind: 'unavailable', retryAfterMs: 2_000, code: 'TimeoutError' })
})

test.each([
  ['30', 30_000],
  ['99999999', 3_600_000],
  ['soon', 2_000],
])('one that is busy is told again when it says, within the hour: %s', async (header, retryAfterMs) => {
  const { tell } = await setUp((_, response) => response.writeHead(503, { 'retry-after': header }).end())
  expect(await tell()).toEqual({ kind: 'unavailable', retryAfterMs, code: 'HTTP_503' })
})

async function setUp(answer: RequestListener, timeoutMs = 10_000) {
  const { url, server } = await listen(createServer(answer), { port: 0, variable: 'none' })
  const secrets = [`whsec_${Buffer.from('only for tests').toString('base64')}`]
  const application = createWebhookApplication({ url, secrets, timeoutMs })
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await application.close()
  })
  return { tell: () => application.tell(change, new AbortController().signal) }
}
