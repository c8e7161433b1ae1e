import { ProblemError } from '@lockstep/runtime'
import type { Request } from 'express'
import { z } from 'zod'

/** Reads the query of a request. @throws a problem document that names each parameter that is wrong */
export function queryOf<Schema extends z.ZodType>(schema: Schema, request: Request): z.output<Schema> {
  const parsed = schema.safeParse(request.query)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.map(({ path, message }) => ({ field: path.join('.'), detail: message }))
  throw new ProblemError({
    status: 400,
    detail: `The query is not valid: ${errors.map(({ field }) => field).join(', ')}.`,
    mend: 'Correct the parameters that errors lists.',
    errors,
  })
}

/** Of what is given out page by page. */
export const pageQuery = z.object({
  after: z.coerce.number().int().min(0).default(0).describe('`next` of the last answer; 0 to begin with.'),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
})

/** The page that is asked for, and what to ask for next unless it is the last. */
export function pageOf<Item>(all: readonly Item[], request: Request): { page: Item[]; next?: number } {
  const { after, limit } = queryOf(pageQuery, request)
  const page = all.slice(after, after + limit)
  const next = after + page.length
  return { page, ...(next < all.length && { next }) }
}

export const trailQuery = z.object({
  mailbox: z.string('say whose trail you want').describe('The address of an enabled mailbox.'),
  after: z
    .string()
    .regex(/^\d+-\d+$/, 'expected a cursor of an answer')
    .optional()
    .describe('The cursor of the last answer.'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})

export const changesQuery = z.object({
  after: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('The cursor of the last answer; 0 to begin with.'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
