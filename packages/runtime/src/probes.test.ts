import express from 'express'
import { Counter } from 'prom-client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ConfigError } from './config.ts'
import { listen } from './listen.ts'
import { createRegistry } from './metrics.ts'
import { type Checks, type ProbeOptions, probesRouter, startProbes } from './probes.ts'

const variable = 'PROBE_PORT'

const servers = {
  'a port of its own': (options: ProbeOptions) => startProbes({ port: 0, variable, ...options }),
  'an Express application': (options: ProbeOptions) =>
    listen(express().use(probesRouter(options)), { port: 0, variable }),
}

describe.each(Object.entries(servers))('probes on %s', (_name, start) => {
  test('a process whose checks all pass is ready', async () => {
    const { get } = await setUp({ redis: () => {}, exchange: async () => true })
    expect(await get('/readyz')).toEqual({
      status: 200,
      body: { name: 'tester', status: 'ready', checks: { redis: 'ok', exchange: 'ok' } },
    })
  })

  test('a process that is not ready says which check fails and why, and is still alive', async () => {
    const { get } = await setUp({
      redis: () => Promise.reject(new Error('redis is away')),
      exchange: () => {},
    })
    expect(await get('/readyz')).toEqual({
      status: 503,
      body: { name: 'tester', status: 'not ready', checks: { redis: 'redis is away', exchange: 'ok' } },
    })
    expect(await get('/healthz')).toEqual({ status: 200, body: { name: 'tester', status: 'alive' } })
  })

  test('a check that hangs counts as failed', async () => {
    const { get } = await setUp({ redis: () => new Promise(() => {}) })
    expect(await get('/readyz')).toMatchObject({
      status: 503,
      body: { checks: { redis: 'no answer within 2 s' } },
    })
  })

  test('gives the metrics of the process and of the service', async () => {
    const { url } = await setUp({})
    const response = await fetch(`${url}/metrics`)
    expect(response.headers.get('content-type')).toContain('text/plain')
    const text = await response.text()
    expect(text).toContain('lockstep_tests_total{service="tester"} 1')
    expect(text).toContain('process_cpu_seconds_total')
  })

  async function setUp(checks: Checks) {
    const registry = createRegistry('tester')
    new Counter({ name: 'lockstep_tests_total', help: 'Tests.', registers: [registry] }).inc()
    const { url, close } = await start({ name: 'tester', checks, registry })
    onTestFinished(close)
    const get = async (path: string) => {
      const response = await fetch(url + path)
      return { status: response.status, body: await response.json() }
    }
    return { url, get }
  }
})

test('a port in use is an error that says what to do', async () => {
  const first = await listen(express(), { port: 0, variable })
  onTestFinished(first.close)
  const failure = await listen(express(), { port: first.port, variable }).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(ConfigError)
  expect((failure as ConfigError).message).toBe(
    `Port ${first.port} is in use. Set PROBE_PORT to another one, or stop the program that uses it.`,
  )
})
