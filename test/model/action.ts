import type { FaultOptions } from '@lockstep/exchange-simulator'
import type { Field } from './content.ts'

export type Side = 'application' | 'exchange'
export type WorkerName = 'outbound-worker' | 'inbound-worker'
export type ServiceName = 'ingress' | WorkerName

/** How the producer sends an event: at once, late and so overtaken by newer ones, much later, or once more later. */
export type Sending = 'once' | 'late' | 'muchLater' | 'twice'

/** What a user does to an appointment. One that cannot be done any more is not done. */
export type UserAction =
  | { do: 'create'; side: Side; label: number; mailbox: number; serial: number; isMeeting: boolean }
  | { do: 'edit'; side: Side; label: number; field: Field; serial: number }
  /** Cancelled, made private, made recurring, or made an ordinary appointment again. */
  | { do: 'cancel' | 'hide' | 'repeat' | 'show'; side: Side; label: number }
  /** To Deleted Items or another folder, and back. */
  | { do: 'moveOut'; side: 'exchange'; label: number; folder: 'deleteditems' | 'inbox' }
  | { do: 'moveBack'; side: 'exchange'; label: number }
  /** The application makes it anew, under its id. */
  | { do: 'restore'; side: 'application'; label: number }
  /** A copy, with everything that a copy may carry, under a name of its own. */
  | { do: 'copy'; side: 'exchange'; label: number; as: number; serial: number }

export type Trouble =
  | { do: 'fault'; fault: FaultOptions }
  /** Exchange cannot be reached at all. */
  | { do: 'outage'; forMs: number }
  /** The application is away, answers late, or forgets to acknowledge what it applied. */
  | { do: 'application'; is: 'away' | 'slow' | 'forgetful'; forMs: number }
  /** One of the processes that do the same. */
  | { do: 'kill'; service: ServiceName; place: number }
  | { do: 'freeze'; service: ServiceName; place: number; forMs: number }
  /**
   * A worker falls asleep before Redis hears how something ended that it did, and wakes up once another has gone on;
   * `isAmid`: while that one has something in hand again.
   */
  | { do: 'sleep'; service: WorkerName; place: number; forMs: number; isAmid: boolean }
  | { do: 'restartRedis' }

/** One step of a word that comes late, in a history written by hand: what follows waits for it. */
export type Step =
  /** What a worker of this kind that is awake says next of what it did does not reach Redis. */
  | { do: 'hold'; service: WorkerName }
  | { do: 'await'; until: 'held' }
  | { do: 'await'; until: Awaited; of: number }
  /** Whose word was held last falls asleep. */
  | { do: 'stop' }
  /** The first word that was held arrives. */
  | { do: 'arrive' }
  /** All of them arrive, and all are awake. */
  | { do: 'wake' }

/** Lockstep has settled the newest version, has seen a change in Exchange that it has not told, or has told of it. */
export type Awaited = 'settled' | 'marked' | 'told'

export type Action = (UserAction | Trouble | Step) & { sending?: Sending; afterMs: number }

/** Actions up to a time of rest, at which the oracle looks. */
export type Round = readonly Action[]

export type History = {
  readonly seed: number
  readonly mailboxes: number
  /** The application answers 409 while it has a newer version on the way; otherwise it applies over it. */
  readonly answersConflict: boolean
  readonly rounds: readonly Round[]
}
