import { createServer } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { Router } from 'express'
import { type Listening, listen } from './listen.ts'
import type { MetricSource } from './metrics.ts'

/** What has to be well for the process to be ready: each check throws if it is not. */
export type Checks = Record<string, () => unknown>

export type ProbeOptions = {
  name: string
  checks: Checks
  registry: MetricSource
  /** What does not keep the process from being ready, and somebody should know. */
  notes?: () => Readonly<Record<string, string>>
}

type Answer = { status: number; type: string; body: string }

const CHECK_LIMIT_MS = 2_000
const paths = ['/healthz', '/readyz', '/metrics'] as const

/** `/healthz`, `/readyz` and `/metrics` on a port of their own, for a process that serves nothing else. */
export async function startProbes({
  port,
  host,
  variable,
  ...options
}: ProbeOptions & { port: number; host?: string; variable: string }): Promise<Listening> {
  const server = createServer((request, response) => {
    void answer(request.url?.split('?')[0] ?? '', options).then(({ status, type, body }) =>
      response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body),
    )
  })
  return listen(server, { port, variable, ...(host && { host }) })
}

/** The same for a service that has an Express application. */
export function probesRouter(options: ProbeOptions): Router {
  const router = Router()
  for (const path of paths) {
    router.get(path, async (_request, response) => {
      const { status, type, body } = await answer(path, options)
      response.status(status).set({ 'Content-Type': type, 'Cache-Control': 'no-store' }).send(body)
    })
  }
  return router
}

async function answer(path: string, { name, checks, registry, notes }: ProbeOptions): Promise<Answer> {
  switch (path as (typeof paths)[number]) {
    case '/healthz':
      return json(200, { name, status: 'alive' })
    case '/readyz': {
      const results = await runChecks(checks)
      const isReady = Object.values(results).every((result) => result === 'ok')
      const noted = notes?.() ?? {}
      return json(isReady ? 200 : 503, {
        name,
        status: isReady ? 'ready' : 'not ready',
        checks: results,
        ...(Object.keys(noted).length > 0 && { notes: noted }),
      })
    }
    case '/metrics':
      return { status: 200, type: registry.contentType, body: await registry.metrics() }
    default:
      return json(404, { name, status: `try one of ${paths.join(', ')}` })
  }
}

async function runChecks(checks: Checks): Promise<Record<string, string>> {
  const results = Object.entries(checks).map(async ([name, check]) => [name, await run(check)] as const)
  return Object.fromEntries(await Promise.all(results))
}

/** `ok`, or why not. */
async function run(check: Checks[string]): Promise<string> {
  const timer = new AbortController()
  const late = wait(CHECK_LIMIT_MS, `no answer within ${CHECK_LIMIT_MS / 1_000} s`, { signal: timer.signal })
  try {
    return await Promise.race([Promise.try(check).then(() => 'ok'), late])
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    timer.abort()
    late.catch(() => {})
  }
}

function json(status: number, body: object): Answer {
  return { status, type: 'application/json', body: `${JSON.stringify(body)}\n` }
}
