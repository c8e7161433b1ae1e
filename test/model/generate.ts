import type { FaultOptions } from '@lockstep/exchange-simulator'
import type { Action, History, Round, Sending, ServiceName, Side, Trouble, UserAction } from './action.ts'
import { fields } from './content.ts'
import { type Random, randomOf } from './random.ts'

/** From the harmless to the violent; each includes those before it. */
export const troubles = ['none', 'producer', 'application', 'exchange', 'processes'] as const
export type TroubleLevel = (typeof troubles)[number]

export type GenerateOptions = {
  seed: number
  mailboxes: number
  level: TroubleLevel
  /** In each round. */
  actions: number
}

/** Goes on for ever: the caller takes as many rounds as it has time for. */
export function* roundsOf({ seed, mailboxes, level, actions }: GenerateOptions): Generator<Round> {
  const random = randomOf(seed)
  const rank = troubles.indexOf(level)
  const scene: Scene = { random, mailboxes, known: [], recent: [], serial: 0, labels: 0, rank }
  for (;;) yield round(scene, actions)
}

export function historyOf(options: GenerateOptions & { rounds: number }): History {
  const { seed, mailboxes, rounds } = options
  const all = roundsOf(options)
  return {
    seed,
    mailboxes,
    answersConflict: answersConflict(seed),
    rounds: Array.from({ length: rounds }, () => all.next().value as Round),
  }
}

export function answersConflict(seed: number): boolean {
  return seed % 2 === 0
}

type Scene = {
  readonly random: Random
  readonly mailboxes: number
  /** Appointments that may still be of interest; the oldest are left in peace. */
  readonly known: number[]
  readonly recent: number[]
  readonly rank: number
  serial: number
  labels: number
}

const knownInMailbox = 5
const recentLabels = 8

function round(scene: Scene, length: number): Round {
  const { random } = scene
  const actions = Array.from({ length }, () => userAction(scene)).flatMap((action) => [
    ...overtaken(action, scene),
    timed(action, scene),
  ])
  if (scene.rank < troubles.indexOf('application')) return actions
  const count = Math.ceil((length / 8) * (0.5 + random.next()))
  for (let n = 0; n < count; n++) {
    const { afterMs } = timed({ do: 'restartRedis' }, scene)
    actions.splice(random.below(actions.length + 1), 0, { ...trouble(scene), afterMs })
  }
  return actions
}

/** Before a cancellation: an edit whose event arrives after it. */
function overtaken(action: UserAction, scene: Scene): Action[] {
  const { random, rank } = scene
  if (rank === 0 || action.do !== 'cancel' || action.side !== 'application' || random.chance(0.5)) return []
  const serial = ++scene.serial
  const edit = { ...action, do: 'edit', field: random.pick(fields), serial } as const
  return [{ ...edit, sending: 'late', afterMs: 20 }]
}

function timed(action: UserAction | Trouble, { random, rank }: Scene): Action {
  const afterMs = random.chance(0.4) ? 0 : random.below(random.chance(0.2) ? 900 : 150)
  const sending: Sending = rank === 0 ? 'once' : random.weighted({ once: 6, late: 2, twice: 2 })
  return { ...action, sending, afterMs }
}

const weights: Readonly<Record<UserAction['do'], number>> = {
  create: 14,
  edit: 60,
  cancel: 4,
  hide: 3,
  repeat: 2,
  show: 5,
  moveOut: 3,
  moveBack: 4,
  restore: 3,
  copy: 2,
}

function userAction(scene: Scene): UserAction {
  const { random, known } = scene
  const kind = known.length < 3 ? 'create' : random.weighted(weights)
  const side = random.pick<Side>(['application', 'exchange'])
  const serial = ++scene.serial
  if (kind === 'create') {
    const mailbox = random.below(scene.mailboxes)
    return { do: kind, side, label: newLabel(scene), mailbox, serial, isMeeting: random.chance(0.5) }
  }
  const label = someLabel(scene)
  switch (kind) {
    case 'edit':
      return { do: kind, side, label, field: random.pick(fields), serial }
    case 'moveOut':
      return { do: kind, side: 'exchange', label, folder: random.pick(['deleteditems', 'inbox'] as const) }
    case 'moveBack':
      return { do: kind, side: 'exchange', label }
    case 'restore':
      return { do: kind, side: 'application', label }
    case 'copy':
      return { do: kind, side: 'exchange', label, as: newLabel(scene), serial }
    default:
      return { do: kind, side, label }
  }
}

/** Often one of those that somebody just did something to, so that changes meet. */
function someLabel({ random, known, recent }: Scene): number {
  const label = random.pick(recent.length > 0 && random.chance(0.6) ? recent : known)
  noteRecent(recent, label)
  return label
}

function noteRecent(recent: number[], label: number): void {
  recent.push(label)
  if (recent.length > recentLabels) recent.shift()
}

function newLabel(scene: Scene): number {
  scene.known.push(++scene.labels)
  noteRecent(scene.recent, scene.labels)
  if (scene.known.length > knownInMailbox * scene.mailboxes) scene.known.shift()
  return scene.labels
}

function trouble({ random, rank }: Scene): Trouble {
  const kinds = [
    () => applicationTrouble(random),
    () => exchangeTrouble(random),
    () => processTrouble(random),
  ]
  return random.pick(kinds.slice(0, rank - 1))()
}

function applicationTrouble(random: Random): Trouble {
  const is = random.pick(['away', 'slow', 'forgetful'] as const)
  return { do: 'application', is, forMs: 200 + random.below(1_500) }
}

const lossy = ['dropBeforeEffect', 'dropAfterEffect', 'lateEffect'] as const
const failing = ['busyFault', 'busyItem', 'unavailable', 'emptyError', 'htmlError'] as const
const written = ['CreateItem', 'UpdateItem', 'DeleteItem'] as const
const read = ['GetItem', 'SyncFolderItems', 'FindItem'] as const

function exchangeTrouble(random: Random): Trouble {
  const times = 1 + random.below(3)
  const operation = random.pick([...written, ...written, ...read])
  switch (random.weighted({ lossy: 5, failing: 3, latency: 2, notification: 2, outage: 1 })) {
    case 'lossy': {
      const kind = random.pick(lossy)
      const delay = kind === 'lateEffect' ? { effectAfterMs: 300 + random.below(1_500) } : {}
      return { do: 'fault', fault: { kind, ...delay, operation, times } as FaultOptions }
    }
    case 'failing':
      return { do: 'fault', fault: { kind: random.pick(failing), operation, times } }
    case 'latency':
      return { do: 'fault', fault: { kind: 'latency', ms: 100 + random.below(900), operation, times: 4 } }
    case 'notification': {
      const kind = random.pick(['notificationLost', 'notificationDelayed', 'notificationDoubled'] as const)
      const delay = kind === 'notificationDelayed' ? { ms: 200 + random.below(1_000) } : {}
      return { do: 'fault', fault: { kind, ...delay, times } as FaultOptions }
    }
    default:
      return { do: 'outage', forMs: 300 + random.below(1_200) }
  }
}

function processTrouble(random: Random): Trouble {
  const service = random.pick<ServiceName>([
    'outbound-worker',
    'outbound-worker',
    'inbound-worker',
    'inbound-worker',
    'ingress',
  ])
  const place = service === 'ingress' ? 0 : random.below(2)
  switch (random.weighted({ kill: 5, freeze: 2, redis: 2 })) {
    case 'kill':
      return { do: 'kill', service, place }
    case 'freeze':
      return { do: 'freeze', service, place, forMs: freezeMs(random) }
    default:
      return { do: 'restartRedis' }
  }
}

/** Past the lock of a job and the lease of what it began, which are 10 s each. */
function freezeMs(random: Random): number {
  return 11_000 + random.below(3_000)
}
