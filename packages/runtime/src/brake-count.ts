import { Counter, type Registry } from 'prom-client'

/** Counts how often a direction of a mailbox was stopped for its many deletions. */
export function countBrakes(registry: Registry): (direction: 'outbound' | 'inbound') => void {
  const brakes = new Counter({
    name: 'lockstep_brakes_total',
    help: 'Directions of mailboxes that were stopped because too much was about to be deleted.',
    labelNames: ['direction'],
    registers: [registry],
  })
  return (direction) => brakes.inc({ direction })
}
