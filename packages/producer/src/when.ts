import { instantOf, type ZonedTime } from '@lockstep/domain'
import type { z } from 'zod'
import { limits } from './limits.ts'

type When = { readonly start: ZonedTime; readonly end: ZonedTime; readonly isAllDay: boolean }

const DAY_MS = 24 * 60 * 60 * 1000

/** Start and end have to make an appointment together. */
export function checkWhen(when: When, context: z.RefinementCtx): void {
  const problem = when.isAllDay ? allDayProblem(when) : orderProblem(when)
  if (!problem) return
  const [property, message, mend] = problem
  context.addIssue({ code: 'custom', path: [property], message, params: { mend } })
}

type WhenProblem = readonly [property: 'start' | 'end', message: string, mend: string]

function orderProblem({ start, end }: When): WhenProblem | undefined {
  const durationMs = instantOf(end) - instantOf(start)
  if (durationMs < 0) return ['end', 'is before start', 'Let the appointment end when it starts, or later.']
  return durationMs > limits.durationDays * DAY_MS ? tooLong : undefined
}

/** All-day appointments are civil dates, so dates are compared and no instants. */
function allDayProblem({ start, end }: When): WhenProblem | undefined {
  for (const [property, { dateTime }] of [['start', start] as const, ['end', end] as const]) {
    if (!dateTime.endsWith('T00:00:00')) {
      return [property, 'is not at midnight', 'Set the time of an all-day appointment to T00:00:00.']
    }
  }
  const days = (Date.parse(end.dateTime.slice(0, 10)) - Date.parse(start.dateTime.slice(0, 10))) / DAY_MS
  if (days < 1) {
    return ['end', 'is not after start', 'Let an all-day appointment end at the midnight after its last day.']
  }
  return days > limits.durationDays ? tooLong : undefined
}

const tooLong: WhenProblem = ['end', 'is too long after start', `Keep it within ${limits.durationDays} days.`]
