import { type RequestHandler, Router } from 'express'
import type { z } from 'zod'
import type { connectionsSchema } from './openapi/connection-answers.ts'

export type ConnectionFacts = {
  name: string
  /** Why the newest settings are not in use: of connections by name, and of the files as a whole as `settings`. */
  refused: () => Readonly<Record<string, string>>
}

/** `GET /v1/connections`: the connection that the key belongs to, and whether its newest settings are in use. */
export function connectionStates(connection: ConnectionFacts): Router {
  return Router().get('/connections', show(connection))
}

function show({ name, refused }: ConnectionFacts): RequestHandler {
  return (_request, response) => {
    const { [name]: own, settings } = refused()
    const reason = own ?? (settings === undefined ? undefined : asOf(name, settings))
    const shown: z.input<typeof connectionsSchema> = {
      connections: [{ name, ...(reason !== undefined && { refused: { reason } }) }],
    }
    response.json(shown)
  }
}

/** What is wrong with the file, but for what it says of other connections. */
function asOf(name: string, problem: string): string {
  const [head = '', ...lines] = problem.split('\n')
  const own = lines.filter(
    (line) => /^\s*([A-Z_]+:|\S+ is not)/.test(line) || line.trim().startsWith(`${name}:`),
  )
  return own.length > 0 ? [head, ...own].join('\n') : 'something is wrong with another connection'
}
