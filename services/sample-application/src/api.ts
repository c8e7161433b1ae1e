import { ProblemError } from '@lockstep/runtime'
import express, { Router } from 'express'
import { z } from 'zod'
import { creation, edit, edited } from './appointment.ts'
import type { Held } from './appointments.ts'
import type { Calendar } from './calendar.ts'
import { streamEvents } from './event-stream.ts'

const listQuery = z.object({
  mailbox: z.email().toLowerCase(),
  cancelled: z.enum(['true', 'false']).default('false'),
})
const streamQuery = z.object({ mailbox: z.email().toLowerCase().optional() })

/** The application's own REST interface: what its users do. */
export function apiRouter({ calendar, signal }: { calendar: Calendar; signal: AbortSignal }): Router {
  const router = Router().use('/api', express.json({ limit: '1mb' }))

  router.get('/api/appointments', (request, response) => {
    const { mailbox, cancelled } = listQuery.parse(request.query)
    response.json({ appointments: calendar.list(mailbox, { withCancelled: cancelled === 'true' }) })
  })
  router.post('/api/appointments', (request, response) => {
    const { mailbox, appointment } = creation.parse(request.body)
    response.status(201).json(calendar.create(mailbox, appointment))
  })
  router.patch('/api/appointments/:id', (request, response) => {
    const changes = edit.parse(request.body)
    response.json(found(calendar.edit(request.params.id, (appointment) => edited(appointment, changes))))
  })
  router.delete('/api/appointments/:id', (request, response) => {
    response.json(found(calendar.cancel(request.params.id)))
  })
  router.get('/api/events', (request, response) => {
    const { mailbox } = streamQuery.parse(request.query)
    streamEvents(request, response, {
      signal,
      subscribe: (send) => calendar.onChange((held) => (!mailbox || held.mailbox === mailbox) && send(held)),
    })
  })
  return router
}

function found(held: Held | undefined): Held {
  if (held) return held
  throw new ProblemError({
    status: 404,
    detail: 'There is no such appointment, or it is cancelled.',
    mend: 'Load the calendar again.',
  })
}
