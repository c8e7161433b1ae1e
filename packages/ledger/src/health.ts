import type { Mailbox } from './ledger.ts'
import { UNCONFIRMED } from './rebuilds.ts'
import type { Store } from './store.ts'

/** How a mailbox does, for those who watch over many. */
export type MailboxHealth = {
  readonly mailbox: Mailbox
  /** When it was last current; missing as long as it never was. */
  readonly currentAtMs?: number
  /** Changes in Exchange are to be followed at all: the direction is not switched off. */
  readonly isFollowed: boolean
  /** Appointments of which nothing goes on until somebody does something, in each direction. */
  readonly parked: { readonly outbound: number; readonly inbound: number }
  readonly unconfirmed: number
}

export type HealthLedger = {
  /** Of all mailboxes, in a few round trips for hundreds of them. What sleeps, since a user hid it, is not counted as parked. */
  health(): Promise<MailboxHealth[]>
}

const AT_A_TIME = 250

/** The code under which an appointment is parked that a user hid. */
const ASLEEP = 'ASLEEP'

export function createHealth(store: Store, all: () => Promise<Mailbox[]>): HealthLedger {
  return {
    async health() {
      const mailboxes = await all()
      const isOff = (await store.send((redis) => redis.hget(store.keys.settings(), 'inbound'))) === 'off'
      const found: MailboxHealth[] = []
      for (let from = 0; from < mailboxes.length; from += AT_A_TIME)
        found.push(
          ...(await Promise.all(
            mailboxes.slice(from, from + AT_A_TIME).map((each) => healthOf(store, each)),
          )),
        )
      return isOff ? found.map((each) => ({ ...each, isFollowed: false })) : found
    },
  }
}

async function healthOf(store: Store, mailbox: Mailbox): Promise<MailboxHealth> {
  const { keys, send } = store
  const [current, inbound, ids] = await send((redis) =>
    Promise.all([
      redis.hget(keys.mailbox(mailbox.id), 'current'),
      redis.hget(keys.settings(mailbox.id), 'inbound'),
      redis.zrange(keys.parked(mailbox.id), '0', '-1'),
    ]),
  )
  const counts = await parkedOf(store, mailbox.id, ids)
  return {
    mailbox,
    ...(current !== null && { currentAtMs: Number(current) }),
    isFollowed: inbound !== 'off',
    parked: { outbound: counts[0]!, inbound: counts[1]! },
    unconfirmed: counts[2]!,
  }
}

async function parkedOf({ keys, run }: Store, mailboxId: string, ids: readonly string[]): Promise<number[]> {
  let counts = [0, 0, 0]
  for (let from = 0; from < ids.length; from += AT_A_TIME) {
    const some = ids.slice(from, from + AT_A_TIME)
    const appointments = some.map((id) => keys.appointment(mailboxId, id))
    const counted = await run(
      'count-parked',
      [keys.parked(mailboxId), ...appointments],
      [UNCONFIRMED, ASLEEP, ...some],
    )
    counts = counts.map((count, n) => count + (counted as number[])[n]!)
  }
  return counts
}
