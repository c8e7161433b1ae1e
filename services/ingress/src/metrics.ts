import type { Ledger } from '@lockstep/ledger'
import type { Queues } from '@lockstep/queue'
import { Gauge, type Registry } from 'prom-client'

const queueNames = ['outbound', 'inbound', 'deliveries'] as const

/** Says how many mailboxes are in the queues, whenever the metrics are read. */
export function countQueues(registry: Registry, queues: Pick<Queues, (typeof queueNames)[number]>): void {
  const gauge = new Gauge({
    name: 'lockstep_queue_mailboxes',
    help: 'Mailboxes in a queue, by queue and state.',
    labelNames: ['queue', 'state'],
    registers: [registry],
    collect: async () => {
      gauge.reset()
      await Promise.all(queueNames.map(async (queue) => count(queue)))
    },
  })

  /** While Redis is away there is nothing to count, and the other metrics are told all the same. */
  async function count(queue: (typeof queueNames)[number]): Promise<void> {
    const counts = await queues[queue].counts().catch(() => ({}))
    for (const [state, number] of Object.entries(counts)) gauge.set({ queue, state }, number)
  }
}

/** Says by which way mailboxes are heard of, whenever the metrics are read. */
export function countWays(registry: Registry, ledger: Pick<Ledger, 'countWays'>): void {
  const gauge = new Gauge({
    name: 'lockstep_mailboxes_heard',
    help: 'Mailboxes by the way in which their changes in Exchange are heard of: push, streaming or poll.',
    labelNames: ['way'],
    registers: [registry],
    collect: async () => {
      gauge.reset()
      const counts = await ledger.countWays().catch(() => ({}))
      for (const [way, mailboxes] of Object.entries(counts)) gauge.set({ way }, mailboxes)
    },
  })
}
