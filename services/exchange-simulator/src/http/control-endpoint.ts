import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { z } from 'zod'
import { EwsError } from '../soap/errors.ts'
import { createPage } from '../page/page.ts'
import type { ControlAnswer, ControlParts } from './control-answer.ts'
import { controlRoutes } from './control-routes.ts'
import { readText } from './read-text.ts'

const largestRequest = 1024 * 1024

/** The control API: state, faults, calendars as plain JSON, and probes. */
export function createControlEndpoint(parts: ControlParts): RequestListener {
  const routes = controlRoutes(parts)
  const page = createPage()
  return (request, response) => {
    answer(request, response, routes, page).catch((error: unknown) => {
      if (!response.headersSent) send(response, problemOf(error, parts))
    })
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  routes: ReturnType<typeof controlRoutes>,
  page: ReturnType<typeof createPage>,
): Promise<void> {
  const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://control')
  if (page(request, response, path)) return
  for (const route of routes) {
    const match = route.method === request.method ? route.path.exec(path) : null
    if (!match) continue
    const text = await readText(request, largestRequest)
    const groups = Object.fromEntries(
      Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
    )
    send(
      response,
      await route.act({
        ...groups,
        query,
        body: text === '' ? undefined : (JSON.parse(text) as unknown),
        response,
      }),
    )
    return
  }
  request.resume()
  send(response, problem(404, 'there is nothing here'))
}

function send(response: ServerResponse, answered: ControlAnswer): void {
  if (answered === 'streaming') return
  const { status = 200, json, text, type } = answered
  const body = text ?? (json === undefined ? '' : JSON.stringify(json))
  response.writeHead(body === '' ? 204 : status, { 'content-type': type ?? 'application/json' }).end(body)
}

function problem(status: number, detail: string): ControlAnswer {
  return { status, json: { title: detail, status, detail }, type: 'application/problem+json' }
}

function problemOf(error: unknown, parts: ControlParts): ControlAnswer {
  if (error instanceof z.ZodError) return problem(400, z.prettifyError(error))
  if (error instanceof SyntaxError || error instanceof URIError) return problem(400, 'the body is not JSON')
  if (error instanceof RangeError) return problem(413, 'the request is too large')
  if (error instanceof EwsError) return problem(isMissing(error) ? 404 : 400, error.message)
  parts.onUnexpected(error)
  return problem(500, 'something went wrong')
}

function isMissing({ code }: EwsError): boolean {
  return code === 'ErrorItemNotFound' || code === 'ErrorNonExistentMailbox'
}
