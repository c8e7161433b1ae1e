import { createServer } from 'node:http'
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
  const { url, server } = await listen(createServer(), { port: 0, variable: 'none' })
  const secrets = [`whsec_${Buffer.from('only for tests').toString('base64')}`]
  const application = createWebhookApplication({ url, secrets, timeoutMs: 50 })
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await application.close()
  })
  const reception = await application.tell(change, new AbortController().signal)
  expect(reception).toEqual({ kind: 'unavailable', retryAfterMs: 2_000, code: 'TimeoutError' })
})
