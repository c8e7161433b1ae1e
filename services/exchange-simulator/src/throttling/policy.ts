import { z } from 'zod'

const count = z.int().positive().nullable()
const ms = z.int().nonnegative()

/** Exchange's limits for each account. `null`: no limit. Can be changed while the simulator runs. */
export const throttlingSchema = z.strictObject({
  /** EWSMaxConcurrency: calls under way at once. 27 is what Exchange 2013 and later start with. */
  maxConcurrency: count,
  /** HangingConnectionLimit: streams of events open at once. 10 in Exchange 2016 and later. */
  maxHangingConnections: count,
  /** EWSMaxSubscriptions, charged to the mailbox that is watched. */
  maxSubscriptions: count,
  /** EWSMaxBurst, RechargeRate (for an hour) and CutoffBalance: the time that calls may take. */
  budget: z.strictObject({ burstMs: ms, rechargeMsPerHour: ms.positive(), cutoffMs: ms }).nullable(),
  /** How a refusal for want of budget looks. */
  busyAs: z.enum(['fault', 'item', 'wrapped', 'unavailable']),
  /** The hint that comes with it: the true rest of the wait, always the same (0 too), or none. */
  backOffMs: z.union([z.literal('rest'), ms, z.null()]),
})

export type ThrottlingPolicy = z.infer<typeof throttlingSchema>

export const unthrottled: ThrottlingPolicy = {
  maxConcurrency: null,
  maxHangingConnections: null,
  maxSubscriptions: 5_000,
  budget: null,
  busyAs: 'fault',
  backOffMs: 'rest',
}
