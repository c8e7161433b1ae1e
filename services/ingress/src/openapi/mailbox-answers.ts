import { z } from 'zod'

/** A direction of a mailbox that is stopped until it is released. */
export const brakeSchema = z.object({
  since: z.iso.datetime(),
  reason: z
    .enum(['deletions', 'percent'])
    .describe('deletions: too many within the window. percent: too large a part of the mailbox.'),
  deletions: z.int().describe('Appointments deleted, or about to be, within the window.'),
  appointments: z.int().describe('Appointments in the mailbox before that.'),
})

export const brakesSchema = z
  .object({ outbound: brakeSchema.optional(), inbound: brakeSchema.optional() })
  .describe('Directions that are stopped because too much was about to be deleted. Nothing of them is lost.')

export const notificationsSchema = z
  .object({
    way: z
      .enum(['push', 'streaming', 'poll'])
      .describe(
        'push: Exchange calls. streaming: over a connection kept open. poll: by comparing now and then.',
      ),
    since: z.iso.datetime(),
    whyNot: z
      .object({ push: z.string().optional(), streaming: z.string().optional() })
      .optional()
      .describe(
        'Why by no better way: STARTING, NOT_CALLED, SILENT, UNHEARD (changes came that were not told of), or the code of a failure.',
      ),
  })
  .describe('How changes in Exchange are heard of. A better way is tried again by itself.')

export const mailsSchema = z
  .object({
    since: z.iso.datetime(),
    recipients: z.int(),
    postponedUntil: z.iso
      .datetime()
      .optional()
      .describe('What would mail more than the budget waits until then.'),
  })
  .describe('Who was mailed in this hour for appointments of the application.')

export const frozenSchema = z
  .object({ since: z.iso.datetime(), properties: z.array(z.string()) })
  .describe(
    'These properties flip between the sides, so that nothing is written or told until it is replayed.',
  )

export const listingSchema = z
  .object({
    cause: z
      .enum(['backfill', 'requested', 'scheduled', 'cursorLost', 'rebuild'])
      .describe(
        'backfill: the mailbox is new. requested: by POST …/repair. scheduled: its time had come. rebuild: by POST …/rebuild, or to find what is hidden after a loss of Redis.',
      ),
    startedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().optional().describe('Missing while items are being listed.'),
    items: z.int().describe('Items that were listed.'),
    found: z.int().describe('Appointments that were not known so: new, changed or missing.'),
    mended: z.int().describe('Those that the application was told of, or need not be.'),
    remaining: z.int().describe('Those that are still to be looked at or told.'),
  })
  .describe('The newest pass over the whole calendar: the backfill of a new mailbox, or a repair.')

export const repairingSchema = z
  .object({ mailbox: z.string(), listing: listingSchema })
  .meta({ id: 'Repairing' })

export const forgettingSchema = z.object({ mailbox: z.string() }).meta({ id: 'Forgetting' })

export const replayedSchema = z
  .object({ replayed: z.boolean().describe('Whether anything was parked or frozen.') })
  .meta({ id: 'Replayed' })

export const releaseSchema = z
  .strictObject({ direction: z.enum(['outbound', 'inbound']) })
  .meta({ id: 'Release' })

export const releasedSchema = z
  .object({
    direction: z.enum(['outbound', 'inbound']),
    released: z.boolean().describe('Whether it was stopped.'),
  })
  .meta({ id: 'Released' })
