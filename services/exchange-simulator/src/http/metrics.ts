import { Gauge, Registry } from 'prom-client'
import type { Core } from '../core.ts'

/** The simulator's counters for Prometheus, read when they are asked for. */
export function createMetrics({ traffic, store, subscriptions, meetings, faults }: Core): Registry {
  const registry = new Registry()
  const gauge = (name: string, help: string, read: () => number): void =>
    registry.registerMetric(
      new Gauge({
        name: `lockstep_simulator_${name}`,
        help,
        registers: [],
        collect() {
          this.set(read())
        },
      }),
    )
  gauge('items', 'Items in all mailboxes', () => store.itemCount)
  gauge('subscriptions', 'Push subscriptions', () => subscriptions.count)
  gauge('notifications_sent', 'Notifications posted', () => subscriptions.sent)
  gauge('mails', 'Mails that Exchange would have sent', () => meetings.mails.length)
  registry.registerMetric(perLabel('calls', 'EWS calls by operation', 'operation', () => traffic.calls))
  registry.registerMetric(perLabel('faults', 'Faults that struck, by kind', 'kind', () => faults.counts))
  return registry
}

function perLabel(name: string, help: string, label: string, read: () => object): Gauge {
  return new Gauge({
    name: `lockstep_simulator_${name}`,
    help,
    labelNames: [label],
    registers: [],
    collect() {
      this.reset()
      for (const [key, value] of Object.entries(read())) this.set({ [label]: key }, Number(value))
    },
  })
}
