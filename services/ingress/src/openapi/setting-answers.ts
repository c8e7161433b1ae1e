import { z } from 'zod'

const direction = z.enum(['on', 'off'])
const policy = z.enum(['exchange', 'application', 'latest'])
const where = z
  .enum(['default', 'environment', 'connection', 'mailbox'])
  .describe('environment: the variable, or its default.')
const inForce = <Value extends z.ZodType>(value: Value) => z.object({ value, from: where })

export const settingsInForceSchema = z
  .object({
    outbound: inForce(direction).describe('What the application sends is written to Exchange.'),
    inbound: inForce(direction).describe('What changes in Exchange is told to the application.'),
    conflictPolicy: inForce(policy),
    mute: inForce(z.boolean()).describe('Nobody is mailed.'),
  })
  .describe('What counts, and where that was set.')

const null_ = 'null: no setting here, the next one counts.'

export const settingsPatchSchema = z
  .strictObject({
    outbound: direction.nullable().optional().describe(`Writing to Exchange. ${null_}`),
    inbound: direction.nullable().optional().describe(`Telling the application. ${null_}`),
    conflictPolicy: policy
      .nullable()
      .optional()
      .describe(`Which side wins where both changed a field. ${null_}`),
    mute: z.boolean().nullable().optional().describe(`No mail to anybody. ${null_}`),
    by: z.string().min(1).max(200).optional().describe('Who changes it, as it is to be remembered.'),
  })
  .meta({ id: 'SettingsPatch' })

export const settingsSchema = z
  .object({
    mailbox: z.string().optional(),
    settings: settingsPatchSchema.omit({ by: true }).describe('What is set here.'),
    inForce: settingsInForceSchema,
    changes: z
      .array(
        z.object({
          at: z.iso.datetime(),
          by: z
            .string()
            .describe('Who said to have changed it, and the beginning of the SHA-256 of the key.'),
          changed: z.array(
            z.object({ name: z.string(), from: z.string().optional(), to: z.string().optional() }),
          ),
        }),
      )
      .describe('Who changed what, the newest first. Some 100 are kept.'),
  })
  .meta({ id: 'Settings' })
