import { z } from 'zod'
import type { FaultOptions } from './faults.ts'

const scope = {
  operation: z.string().min(1).optional(),
  mailbox: z.string().min(1).optional(),
  itemId: z.string().min(1).optional(),
  times: z.int().positive().optional(),
  after: z.int().nonnegative().optional(),
}
const ms = z.int().nonnegative()
const code = z.string().regex(/^Error[A-Za-z0-9]+$/)
const plain = <Kind extends string>(kind: Kind) => z.strictObject({ kind: z.literal(kind), ...scope })

const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('busyFault'), backOffMs: ms.optional(), ...scope }),
  z.strictObject({ kind: z.literal('busyItem'), backOffMs: ms.optional(), ...scope }),
  z.strictObject({ kind: z.literal('unavailable'), retryAfterSeconds: ms.optional(), ...scope }),
  z.strictObject({ kind: z.literal('latency'), ms, ...scope }),
  plain('refuseConnections'),
  plain('dropBeforeEffect'),
  plain('dropAfterEffect'),
  z.strictObject({ kind: z.literal('lateEffect'), effectAfterMs: ms, ...scope }),
  plain('emptyError'),
  plain('htmlError'),
  z.strictObject({ kind: z.literal('error'), code, ...scope }),
  z.strictObject({ kind: z.literal('fault'), code, ...scope }),
  plain('notificationLost'),
  z.strictObject({ kind: z.literal('notificationDelayed'), ms, ...scope }),
  plain('notificationDoubled'),
])

/** Reads a fault as the control API takes it. */
export function parseFault(body: unknown): FaultOptions {
  // Without `undefined`, which the type tells from absence and the schema does not.
  return JSON.parse(JSON.stringify(faultSchema.parse(body))) as FaultOptions
}
