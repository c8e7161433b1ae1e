import type { Ledger, MailboxHealth } from '@lockstep/ledger'
import { Gauge, type Registry } from 'prom-client'

type Options = {
  /** A mailbox that was not current for so long is stale. */
  staleMs: number
}

/** Says how fresh the mailboxes of a connection are, and what of them stands still, whenever the metrics are read. */
export function watchMailboxes(
  registry: Registry,
  ledger: Pick<Ledger, 'health'>,
  { staleMs }: Options,
): void {
  const read = readNowAndThen(ledger)
  const freshness: Gauge = new Gauge({
    name: 'lockstep_mailbox_current_age_max_seconds',
    help: 'How long ago the mailbox was current for which that is longest ago.',
    registers: [registry],
    collect: () =>
      tell(
        () => freshness.remove(),
        (found) => freshness.set(Math.max(0, ...agesOf(found)) / 1_000),
      ),
  })
  const stale: Gauge = new Gauge({
    name: 'lockstep_mailboxes_stale',
    help: 'Mailboxes that were not current for STALE_SECONDS.',
    registers: [registry],
    collect: () =>
      tell(
        () => stale.remove(),
        (found) => stale.set(agesOf(found).filter((age) => age > staleMs).length),
      ),
  })
  const parked: Gauge<'direction'> = new Gauge({
    name: 'lockstep_appointments_parked',
    help: 'Appointments of which nothing goes on until somebody does something, by direction.',
    labelNames: ['direction'],
    registers: [registry],
    collect: () =>
      tell(
        () => parked.reset(),
        (found) => {
          for (const direction of ['outbound', 'inbound'] as const)
            parked.set({ direction }, sum(found.map((each) => each.parked[direction])))
        },
      ),
  })
  const unconfirmed: Gauge = new Gauge({
    name: 'lockstep_appointments_unconfirmed',
    help: 'Appointments that had an item before the ledger was lost, and wait for a decision.',
    registers: [registry],
    collect: () =>
      tell(
        () => unconfirmed.remove(),
        (found) => unconfirmed.set(sum(found.map((each) => each.unconfirmed))),
      ),
  })

  /** While Redis is away nothing is known, and the other metrics are told all the same. */
  async function tell(clear: () => void, set: (found: readonly MailboxHealth[]) => void): Promise<void> {
    const found = await read()
    clear()
    if (found) set(found)
  }
}

/** What was found is good for so long, whoever asks. */
const keptMs = 2_000

function readNowAndThen(ledger: Pick<Ledger, 'health'>) {
  let readAtMs = 0
  let reading: Promise<MailboxHealth[] | undefined> = Promise.resolve([])
  return () => {
    if (Date.now() >= readAtMs + keptMs) {
      readAtMs = Date.now()
      reading = ledger.health().catch(() => undefined)
    }
    return reading
  }
}

/** Of those that are to be followed; one that never was current counts from when it was enabled. */
function agesOf(found: readonly MailboxHealth[]): number[] {
  const nowMs = Date.now()
  return found
    .filter(({ isFollowed }) => isFollowed)
    .map(({ currentAtMs, mailbox }) => nowMs - (currentAtMs ?? mailbox.enabledAtMs))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
