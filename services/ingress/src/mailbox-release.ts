import type { BrakedWork, Ledger } from '@lockstep/ledger'
import type { Queues } from '@lockstep/queue'
import { type Logger, ProblemError } from '@lockstep/runtime'
import express, { type RequestHandler, Router } from 'express'
import type { z } from 'zod'
import { parseJson } from './json-text.ts'
import { iso, knownMailbox } from './known-mailbox.ts'
import { type brakeSchema, releaseSchema } from './openapi/mailbox-answers.ts'

type Deps = { ledger: Ledger; queues: Queues; log: Logger }

const works = { outbound: 'outbound', inbound: 'deliveries' } as const satisfies Record<string, BrakedWork>
const directions = Object.keys(works) as (keyof typeof works)[]

/** `POST /v1/mailboxes/:mailbox/release`: somebody has looked at the many deletions, and they are right. */
export function mailboxRelease(deps: Deps): Router {
  return Router().post(
    '/mailboxes/:mailbox/release',
    express.text({ type: 'application/json', limit: 1_024 }),
    release(deps),
  )
}

/** The directions of a mailbox that are stopped, and why. */
export async function brakesOf(
  ledger: Ledger,
  mailboxId: string,
): Promise<Partial<Record<keyof typeof works, z.input<typeof brakeSchema>>>> {
  const brakes = await Promise.all(directions.map((name) => ledger.brakeOf(works[name], mailboxId)))
  return Object.fromEntries(
    directions.flatMap((name, index) => {
      const brake = brakes[index]
      if (!brake) return []
      const { reason, deleted, held, atMs } = brake
      return [[name, { since: iso(atMs), reason, deletions: deleted, appointments: held }]]
    }),
  )
}

function release({ ledger, queues, log }: Deps): RequestHandler<{ mailbox: string }> {
  return async (request, response) => {
    const mailbox = await knownMailbox(ledger, request.params.mailbox)
    const body = releaseSchema.safeParse(parseJson(typeof request.body === 'string' ? request.body : '{}'))
    if (!body.success) {
      throw new ProblemError({
        status: 400,
        detail: 'The direction is missing or not known.',
        mend: 'Send {"direction":"outbound"} or {"direction":"inbound"} as application/json.',
      })
    }
    const { direction } = body.data
    const work = works[direction]
    const released = await ledger.release(work, mailbox.id, Date.now())
    if (released) {
      log.info({ mailboxId: mailbox.id, direction }, 'brake released')
      await queues[work].wakeQuietly(mailbox.id)
    }
    response.json({ direction, released })
  }
}
