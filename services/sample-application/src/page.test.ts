import { createHash } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import { listen } from '@lockstep/runtime'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startApplication } from './testing/start.ts'

describe('the page', () => {
  test('names only files that this server has, under a policy that allows no others', async () => {
    const { url } = await startApplication()
    const response = await fetch(url)
    const html = await response.text()
    const policy = response.headers.get('content-security-policy')
    expect(policy).toMatch(/default-src 'self'; script-src 'self' 'sha256-[^']+'/)
    expect(policy).not.toMatch(/unsafe|https?:/)

    const map = /<script type="importmap">(.*?)<\/script>/s.exec(html)![1]!
    expect(policy).toContain(`'sha256-${createHash('sha256').update(map).digest('base64')}'`)
    const { imports } = JSON.parse(map) as { imports: Record<string, string> }
    const paths = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path]) => path!)
    for (const path of [...paths, ...Object.values(imports)]) {
      expect(path).toMatch(/^\//)
      expect([path, (await fetch(url + path)).status]).toEqual([path, 200])
    }
  })

  test('serves no file outside its folders', async () => {
    const { url } = await startApplication()
    for (const path of ['/package.json', '/..%2fpackage.json', '/src/main.ts', '/modules/']) {
      expect((await fetch(url + path)).status).toBeGreaterThanOrEqual(400)
    }
  })
})

describe('the Exchange calendar', () => {
  test('comes from the simulator, with its answers as they are', async () => {
    const simulatorUrl = await startSimulator((request, response) => {
      response.writeHead(201, { 'Content-Type': 'application/json' })
      response.end(JSON.stringify({ method: request.method, url: request.url }))
    })
    const { call } = await startApplication({ simulatorUrl })
    const { status, body } = await call('POST', '/exchange/calendars/alice@contoso.example?x=1', {
      subject: 'x',
    })
    expect(status).toBe(201)
    expect(body).toEqual({ method: 'POST', url: '/control/calendars/alice@contoso.example?x=1' })
  })

  test('says what it needs when there is no simulator', async () => {
    const none = await startApplication()
    const without = await none.call('GET', '/exchange/calendars/alice@contoso.example')
    expect(without).toMatchObject({
      status: 503,
      body: { mend: expect.stringContaining('SIMULATOR_CONTROL_URL') },
    })

    const away = await startApplication({ simulatorUrl: 'http://127.0.0.1:9' })
    const unreachable = await away.call('GET', '/exchange/calendars/alice@contoso.example')
    expect(unreachable).toMatchObject({ status: 502, body: { mend: expect.stringContaining('127.0.0.1:9') } })
  })
})

test('asks for the way of the changes with the API key, which the page never sees', async () => {
  const ingress = await startSimulator((request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify({ url: request.url, key: request.headers.authorization }))
  })
  const { call } = await startApplication({
    lockstep: { url: ingress, apiKey: 'key', secrets: ['c2VjcmV0'] },
  })
  const { body } = await call('GET', '/lockstep/trail?mailbox=alice@contoso.example&after=7')
  expect(body).toEqual({ url: '/v1/trail?mailbox=alice@contoso.example&after=7', key: 'Bearer key' })
})

async function startSimulator(handle: RequestListener): Promise<string> {
  const { url, close } = await listen(createServer(handle), { port: 0, variable: 'PORT' })
  onTestFinished(close)
  return url
}
