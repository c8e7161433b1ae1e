import { z } from 'zod'
import { flag } from './variables.ts'

/** The brake on mail. The outbound workers and the ingress read it. */
export const mailBudgetVariables = {
  MAIL_BUDGET_PER_HOUR: z.coerce
    .number()
    .int()
    .positive()
    .default(200)
    .describe(
      'Recipients that are mailed for one mailbox in an hour. What would mail more waits for the next hour.',
    ),
}

/** What counts where nobody has set anything at run time. The outbound workers and the ingress read these. */
export const settingVariables = {
  CONFLICT_POLICY: z
    .enum(['exchange', 'application', 'latest'])
    .default('exchange')
    .describe(
      'Which side wins where both changed the same field since they last agreed. A setting of the connection or of a mailbox (`PATCH /v1/settings`) outranks it.',
    ),
  MUTE: flag
    .default(false)
    .describe(
      '`true`: no invitation, update or cancellation is mailed to anybody. A setting of the connection or of a mailbox outranks it.',
    ),
}

type SettingEnv = { CONFLICT_POLICY: 'exchange' | 'application' | 'latest'; MUTE: boolean }

export function settingConfig({ CONFLICT_POLICY, MUTE }: SettingEnv) {
  return { conflictPolicy: CONFLICT_POLICY, mute: MUTE }
}
