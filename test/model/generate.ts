import type { Action, History, Round, Sending, Side, UserAction } from './action.ts'
import { mailboxOf } from './constellation.ts'
import { fields } from './content.ts'
import { type EditAction, type TroubleScene, troubleSteps } from './generate-trouble.ts'
import { type Random, randomOf } from './random.ts'

/**
 * From the harmless to the violent; each includes those before it, but for the last five, which are by themselves:
 * workers that are frozen, workers that fall asleep before they say what they did, answers that are lost, Exchange that
 * says what is not so, and events that come too late.
 */
export const troubles = [
  'none',
  'producer',
  'application',
  'exchange',
  'processes',
  'overlaps',
  'sleepers',
  'lost',
  'lies',
  'late',
] as const
export type TroubleLevel = (typeof troubles)[number]

export type GenerateOptions = {
  seed: number
  mailboxes: number
  level: TroubleLevel
  /** In each round. */
  actions: number
  /** How often users copy, and somebody cancels, of some hundred changes; left out: 2 and 4. */
  copies?: number
}

/** Goes on for ever: the caller takes as many rounds as it has time for. */
export function* roundsOf({ seed, mailboxes, level, actions, copies }: GenerateOptions): Generator<Round> {
  const random = randomOf(seed)
  const rank = troubles.indexOf(level)
  const pace = Math.max(1, Math.round(mailboxes / mailboxesAtPace))
  const scene: Scene = {
    random,
    mailboxes,
    known: [],
    recent: [],
    doubted: new Set(),
    rank,
    pace,
    serial: 0,
    labels: 0,
    weights: { ...weights, ...(copies !== undefined && { copy: copies, cancel: copies }) },
  }
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

/** Of one round after another. */
type Scene = {
  readonly random: Random
  readonly mailboxes: number
  /** Appointments that may still be of interest; the oldest are left in peace. */
  readonly known: number[]
  readonly weights: Readonly<Record<UserAction['do'], number>>
  /** Those that somebody just did something to. */
  readonly recent: number[]
  /** What went wrong with them in the round before may only show when they change again. */
  readonly doubted: Set<number>
  readonly rank: number
  /** How many mailboxes' worth of users act at once. */
  readonly pace: number
  serial: number
  labels: number
}

const knownInMailbox = 5
const recentAtPace = 8
const mailboxesAtPace = 12

function round(scene: Scene, length: number): Round {
  const { random, rank } = scene
  const again = [...scene.doubted].map((label) => [editOf(scene, 'application', label)])
  scene.doubted.clear()
  const steps = Array.from({ length }, (): Action[] => {
    const action = userAction(scene)
    return [...overtaken(action, scene), timed(action, scene), ...undone(action, scene)]
  })
  if (rank >= troubles.indexOf('application')) {
    const count = Math.ceil((length / 8) * (0.5 + random.next()))
    for (let n = 0; n < count; n++)
      steps.splice(random.below(steps.length + 1), 0, troubleSteps(sceneOfTrouble(scene), pauseMs(scene)))
  }
  return [...again, ...steps].flat()
}

function sceneOfTrouble(scene: Scene): TroubleScene {
  const { random, rank, mailboxes } = scene
  return {
    random,
    isExchangeIll: rank >= troubles.indexOf('exchange'),
    areProcessesIll: rank >= troubles.indexOf('processes'),
    ...(rank > troubles.indexOf('processes') && {
      only: troubles[rank] as NonNullable<TroubleScene['only']>,
    }),
    mailbox: () => mailboxOf(random.below(mailboxes)),
    doubted: (label) => void scene.doubted.add(label),
    edit: (side, label = someLabel(scene)) => editOf(scene, side, label),
  }
}

function editOf(scene: Scene, side: Side, label: number): EditAction {
  return { do: 'edit', side, label, field: scene.random.pick(fields), serial: ++scene.serial, afterMs: 0 }
}

/** Before a cancellation: an edit whose event arrives after it, often long after. */
function overtaken(action: UserAction, scene: Scene): Action[] {
  const { random, rank } = scene
  if (rank === 0 || action.do !== 'cancel' || action.side !== 'application' || random.chance(0.5)) return []
  const serial = ++scene.serial
  const edit = { ...action, do: 'edit', field: random.pick(fields), serial } as const
  return [{ ...edit, sending: random.pick(['late', 'muchLater', 'muchLater']), afterMs: 20 }]
}

/** An item that was dragged away by mistake is back at once, under another handle. */
function undone(action: UserAction, { random }: Scene): Action[] {
  if (action.do !== 'moveOut' || random.chance(0.5)) return []
  return [{ do: 'moveBack', side: 'exchange', label: action.label, afterMs: 0 }]
}

function timed(action: UserAction, scene: Scene): Action {
  const { random, rank } = scene
  const afterMs = pauseMs(scene)
  const sending: Sending = rank === 0 ? 'once' : random.weighted({ once: 6, late: 2, twice: 2 })
  return { ...action, sending, afterMs }
}

function pauseMs({ random, pace }: Scene): number {
  return random.chance(0.4) ? 0 : Math.ceil(random.below(random.chance(0.2) ? 900 : 150) / pace)
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
  const kind = known.length < 3 ? 'create' : random.weighted(scene.weights)
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
function someLabel(scene: Scene): number {
  const { random, known, recent } = scene
  const label = random.pick(recent.length > 0 && random.chance(0.6) ? recent : known)
  noteRecent(scene, label)
  return label
}

function noteRecent({ recent, pace }: Scene, label: number): void {
  recent.push(label)
  if (recent.length > recentAtPace * pace) recent.shift()
}

function newLabel(scene: Scene): number {
  scene.known.push(++scene.labels)
  noteRecent(scene, scene.labels)
  if (scene.known.length > knownInMailbox * scene.mailboxes) scene.known.shift()
  return scene.labels
}
