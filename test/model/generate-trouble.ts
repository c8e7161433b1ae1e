import type { FaultOptions } from '@lockstep/exchange-simulator'
import type { Action, ServiceName, Side, Trouble, WorkerName } from './action.ts'
import type { Random } from './random.ts'

export type EditAction = Extract<Action, { do: 'edit' }>

export type TroubleScene = {
  readonly random: Random
  readonly isExchangeIll: boolean
  readonly areProcessesIll: boolean
  /** Nothing else goes wrong. */
  readonly only?: 'overlaps' | 'sleepers' | 'lost' | 'lies' | 'late'
  mailbox(): string
  /** Of an appointment that somebody just did something to, if none is named. */
  edit(side: Side, label?: number): EditAction
  /** Something may go wrong with it that only a later change shows. */
  doubted(label: number): void
}

/** Something that goes wrong, with the changes that it strikes. */
export function troubleSteps(scene: TroubleScene, afterMs: number): Action[] {
  const { random, isExchangeIll, areProcessesIll, only } = scene
  if (only === 'overlaps') return frozen(scene, random.pick(['outbound-worker', 'inbound-worker']), 0)
  if (only === 'sleepers') return asleep(scene, random.pick(workers), random.below(2))
  if (only === 'lies') return lie(scene, afterMs)
  if (only === 'lost') return lost(scene)
  if (only === 'late') return late(scene)
  const kinds: (() => Action[])[] = [() => [{ ...applicationTrouble(random), afterMs }]]
  if (isExchangeIll) kinds.push(() => exchangeTrouble(scene, afterMs))
  if (areProcessesIll) kinds.push(() => processTrouble(scene, afterMs))
  return random.pick(kinds)()
}

function applicationTrouble(random: Random): Trouble {
  const is = random.pick(['away', 'slow', 'forgetful'] as const)
  return { do: 'application', is, forMs: 200 + random.below(1_500) }
}

function exchangeTrouble(scene: TroubleScene, afterMs: number): Action[] {
  switch (scene.random.weighted({ call: 8, notification: 2, outage: 1, lie: 3 })) {
    case 'call':
      return [{ ...fault(callFault(scene.random)), afterMs }]
    case 'notification':
      return [{ ...fault(notificationFault(scene.random)), afterMs }]
    case 'outage':
      return [{ do: 'outage', forMs: 300 + scene.random.below(1_200), afterMs }]
    default:
      return lie(scene, afterMs)
  }
}

/** Writes whose answers are lost. */
function lost({ random, edit }: TroubleScene): Action[] {
  const operation = random.pick(['CreateItem', 'UpdateItem', 'UpdateItem'])
  return [fault({ kind: 'dropAfterEffect', operation, times: 1 }), { ...edit('application'), afterMs: 100 }]
}

/** A cancellation, and an edit made before it that arrives long after it. */
function late({ edit }: TroubleScene): Action[] {
  const old = edit('application')
  return [
    { ...old, sending: 'muchLater' },
    { do: 'cancel', side: 'application', label: old.label, afterMs: 0 },
  ]
}

const lossy = ['dropBeforeEffect', 'dropAfterEffect', 'lateEffect'] as const
const failing = ['busyFault', 'busyItem', 'unavailable', 'emptyError', 'htmlError'] as const
const written = ['CreateItem', 'UpdateItem', 'DeleteItem'] as const
const read = ['GetItem', 'SyncFolderItems', 'FindItem'] as const

function callFault(random: Random): FaultOptions {
  const times = 1 + random.below(3)
  const operation = random.pick([...written, ...written, ...read])
  switch (random.weighted({ lossy: 5, failing: 3, latency: 2 })) {
    case 'lossy': {
      const kind = random.pick(lossy)
      const delay = kind === 'lateEffect' ? { effectAfterMs: 300 + random.below(1_500) } : {}
      return { kind, ...delay, operation, times } as FaultOptions
    }
    case 'failing':
      return { kind: random.pick(failing), operation, times }
    default:
      return { kind: 'latency', ms: 100 + random.below(900), operation, times: 4 }
  }
}

function notificationFault(random: Random): FaultOptions {
  const kind = random.pick(['notificationLost', 'notificationDelayed', 'notificationDoubled'] as const)
  const delay = kind === 'notificationDelayed' ? { ms: 200 + random.below(1_000) } : {}
  return { kind, ...delay, times: 1 + random.below(3) } as FaultOptions
}

/** Exchange says of items that are there that they are not. */
function lie({ random, edit, mailbox }: TroubleScene, afterMs: number): Action[] {
  switch (random.weighted({ falseDelete: 2, notFound: 1, listing: 1 })) {
    case 'falseDelete':
      return [fault({ kind: 'falseDelete', times: 2 }), edit('exchange'), edit('exchange')]
    case 'notFound':
      return [
        fault({ kind: 'error', code: 'ErrorItemNotFound', operation: 'GetItem', times: 1 }),
        edit('exchange'),
        edit('exchange'),
      ]
    default: {
      const where = { mailbox: mailbox(), times: 1 }
      const code = 'ErrorInvalidSyncStateData'
      return [
        fault({ kind: 'error', code, operation: 'SyncFolderItems', ...where }),
        { ...fault({ kind: 'incompleteListing', ...where }), afterMs },
      ]
    }
  }
}

function processTrouble(scene: TroubleScene, afterMs: number): Action[] {
  const { random } = scene
  const service = random.pick<ServiceName>([
    'outbound-worker',
    'outbound-worker',
    'inbound-worker',
    'inbound-worker',
    'ingress',
  ])
  const place = service === 'ingress' ? 0 : random.below(2)
  switch (random.weighted({ kill: 5, freeze: 2, sleep: 1, redis: 2 })) {
    case 'kill':
      return [{ do: 'kill', service, place, afterMs }]
    case 'freeze':
      return frozen(scene, service, place)
    case 'sleep':
      return service === 'ingress' ? frozen(scene, service, place) : asleep(scene, service, place)
    default:
      return [{ do: 'restartRedis', afterMs }]
  }
}

/** Frozen in the middle of what it does, past its lock and its leases; meanwhile the same appointments change again. */
function frozen({ random, edit, doubted }: TroubleScene, service: ServiceName, place: number): Action[] {
  const forMs = takenOverMs[service === 'ingress' ? 'outbound-worker' : service] + random.below(2_000)
  const freeze = { do: 'freeze', service, place, forMs, afterMs: 0 } as const
  if (service === 'ingress') return [freeze]
  const side = service === 'outbound-worker' ? 'application' : 'exchange'
  const slow: Action =
    side === 'application'
      ? fault({ kind: 'latency', ms: 2_000, operation: random.pick(['UpdateItem', ...written]), times: 6 })
      : { do: 'application', is: 'slow', forMs: 2_500, afterMs: 0 }
  const first = [edit(side), edit(side), edit(side), edit(side)]
  const again = first.map(({ label }) => edit(random.chance(0.7) ? side : otherThan(side), label))
  for (const { label } of first) doubted(label)
  return [slow, ...paused(first, 300 + random.below(900)), ...paused([freeze], 500), ...again]
}

/**
 * A worker that sleeps before it says what it did. Meanwhile both sides change the same appointments, which others
 * settle; and once more as it wakes, if it wakes amid that.
 */
function asleep(scene: TroubleScene, service: WorkerName, place: number): Action[] {
  const { random, edit, doubted, only } = scene
  const forMs = takenOverMs[service] + random.below(2_000)
  const isAmid = random.chance(0.5)
  const side = service === 'outbound-worker' ? 'application' : 'exchange'
  const sleep = { do: 'sleep', service, place, forMs, isAmid, afterMs: 0 } as const
  const first = [edit(side), edit(side), edit(side), edit(side)]
  const again = first.flatMap(({ label }) => [
    edit('application', label),
    ...(random.chance(0.3) ? [edit('exchange', label)] : []),
  ])
  const last = isAmid ? first.map(({ label }) => edit(side, label)) : []
  for (const { label } of first) doubted(label)
  const busy = fault({ kind: 'busyItem', operation: 'UpdateItem', times: 2 })
  return [
    ...(random.chance(0.5) ? [busy] : []),
    sleep,
    ...paused(first, 2_000),
    // Where more goes wrong users go on meanwhile.
    ...paused(again, only ? forMs - 1_500 : 500),
    ...(only ? paused(last, 4_000) : []),
  ]
}

const workers = ['outbound-worker', 'inbound-worker'] as const

/**
 * The lock of a job and the lease of what it began are 10 s each, that of a delivery is 15 s; and another worker has to
 * notice, and to be done with it.
 */
const takenOverMs: Readonly<Record<WorkerName, number>> = {
  'outbound-worker': 14_500,
  'inbound-worker': 19_500,
}

function otherThan(side: Side): Side {
  return side === 'application' ? 'exchange' : 'application'
}

function fault(options: FaultOptions): Action & { do: 'fault' } {
  return { do: 'fault', fault: options, afterMs: 0 }
}

function paused(actions: readonly Action[], afterMs: number): Action[] {
  return actions.map((action, index) => (index === actions.length - 1 ? { ...action, afterMs } : action))
}
