import { z } from 'zod'
import type { FaultOptions } from './faults.ts'

const scope = {
  operation: z.string().min(1).optional(),
  mailbox: z.string().min(1).optional(),
  itemId: z.string().min(1).optional(),
  times: z.int().positive().optional(),
  after: z.int().nonnegative().optional(),
  share: z.number().min(0).max(1).optional(),
}
const ms = z.int().nonnegative()
const latency = z.union([
  ms,
  z.strictObject({ fromMs: ms, toMs: ms }),
  z.strictObject({ p50Ms: ms.positive(), p99Ms: ms.positive() }),
])
const code = z.string().regex(/^Error[A-Za-z0-9]+$/)
const plain = <Kind extends string>(kind: Kind) => z.strictObject({ kind: z.literal(kind), ...scope })

const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('busyFault'), backOffMs: ms.optional(), ...scope }),
  z.strictObject({ kind: z.literal('busyItem'), backOffMs: ms.optional(), ...scope }),
  z.strictObject({ kind: z.literal('busyWrapped'), backOffMs: ms.optional(), ...scope }),
  z.strictObject({ kind: z.literal('unavailable'), retryAfterSeconds: ms.optional(), ...scope }),
  z.strictObject({ kind: z.literal('latency'), ms: latency, ...scope }),
  plain('refuseConnections'),
  plain('dropBeforeEffect'),
  plain('dropAfterEffect'),
  z.strictObject({ kind: z.literal('lateEffect'), effectAfterMs: ms, ...scope }),
  plain('halfAnswer'),
  plain('malformedXml'),
  plain('emptyError'),
  plain('htmlError'),
  z.strictObject({ kind: z.literal('error'), code, ...scope }),
  z.strictObject({ kind: z.literal('fault'), code, ...scope }),
  plain('falseDelete'),
  plain('incompleteListing'),
  plain('notificationLost'),
  z.strictObject({ kind: z.literal('notificationDelayed'), ms, ...scope }),
  plain('notificationDoubled'),
  plain('notificationReordered'),
  z.strictObject({ kind: z.literal('restart'), downMs: ms, ...scope }),
  z.strictObject({ kind: z.literal('mailboxMove'), awayMs: ms, ...scope }),
  z.strictObject({ kind: z.literal('clockSkew'), ms: z.int(), ...scope }),
])

/** Reads a fault as the control API takes it. */
export function parseFault(body: unknown): FaultOptions {
  // Without `undefined`, which the type tells from absence and the schema does not.
  return JSON.parse(JSON.stringify(faultSchema.parse(body))) as FaultOptions
}
