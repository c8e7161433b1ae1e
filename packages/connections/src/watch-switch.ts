import { Gauge, type Registry } from 'prom-client'

export type SwitchedOff = { readonly isForAll: boolean; readonly mailboxes: number }

type Options = {
  direction: 'outbound' | 'inbound'
  /** Of how many mailboxes the direction is off. */
  read: () => Promise<SwitchedOff>
}

/** What was found is good for so long, whoever asks. */
const keptMs = 2_000

/** Says whether a direction of a connection is off, whenever the metrics are read: whoever switched it may forget it. */
export function watchSwitch(registry: Registry, { direction, read }: Options): void {
  const labelNames = ['direction'] as const
  let readAtMs = 0
  let reading: Promise<SwitchedOff | undefined> = Promise.resolve(undefined)
  const readNowAndThen = () => {
    if (Date.now() >= readAtMs + keptMs) {
      readAtMs = Date.now()
      reading = read().catch(() => undefined)
    }
    return reading
  }
  const off: Gauge<'direction'> = new Gauge({
    name: 'lockstep_direction_off',
    help: '1 while a direction is switched off for the whole connection.',
    labelNames,
    registers: [registry],
    collect: () => tell(off, ({ isForAll }) => (isForAll ? 1 : 0)),
  })
  const mailboxes: Gauge<'direction'> = new Gauge({
    name: 'lockstep_mailboxes_off',
    help: 'Mailboxes of which a direction is switched off: all of them if it is for the connection.',
    labelNames,
    registers: [registry],
    collect: () => tell(mailboxes, (found) => found.mailboxes),
  })

  /** While Redis is away nothing is known, and the other metrics are told all the same. */
  async function tell(gauge: Gauge<'direction'>, valueOf: (found: SwitchedOff) => number): Promise<void> {
    const found = await readNowAndThen()
    gauge.reset()
    if (found) gauge.set({ direction }, valueOf(found))
  }
}
