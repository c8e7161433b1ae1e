import type { RedisSource } from './clients.ts'
import { type Maintenance, type MaintenanceOptions, startMaintenance } from './maintenance.ts'
import type { Queues } from './queues.ts'
import { sweepDue } from './sweep.ts'

type SweepingOptions = Pick<
  MaintenanceOptions,
  'prefix' | 'connection' | 'everyMs' | 'onError' | 'onFailed'
> & {
  redis: RedisSource
}
type Due = { dueMailboxes: Parameters<typeof sweepDue>[0]['dueMailboxes'] }

/**
 * Takes part in the sweep of a connection: whichever process has its turn wakes the mailboxes that have unsettled
 * state which is due.
 */
export function startSweeping(ledger: Due, queues: Queues, options: SweepingOptions): Maintenance {
  const dueMailboxes: Due['dueMailboxes'] = (work, nowMs, limit) => ledger.dueMailboxes(work, nowMs, limit)
  const sweep = async () => void (await sweepDue({ dueMailboxes, queues, nowMs: Date.now() }))
  return startMaintenance({ ...options, tasks: { sweep } })
}
