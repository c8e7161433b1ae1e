import { setTimeout as wait } from 'node:timers/promises'
import type { Mail } from '@lockstep/exchange-simulator'
import type { Action, Side } from './action.ts'
import { type ApplicationModel, createApplicationModel, type Entry, type Version } from './application.ts'
import { createOperator, type Operator } from './brakes.ts'
import { type Book, createBook } from './book.ts'
import type { Constellation } from './constellation.ts'
import { changeOf, type Content, newContent } from './content.ts'
import { actInOutlook, byUser, editable } from './in-outlook.ts'
import { allowMails } from './mail-allowance.ts'
import { isStep } from './late-words.ts'
import { isRefused } from './oracle.ts'
import { createProducer, type Producer } from './producer.ts'
import { noteActs, type Scene, type UserAction } from './scene.ts'
import { createTroubles, type Troubles } from './troubles.ts'

/** Where users do what the history says, on the real constellation, and where it is written down. */
export type Stage = {
  readonly book: Book
  readonly application: ApplicationModel
  readonly producer: Producer
  readonly troubles: Troubles
  readonly operator: Operator
  /** How much was unconfirmed after a loss of the ledger, and was decided. */
  decided: number
  /** What was decided to be deleted after a loss, since the last rest. */
  readonly cancelled: Set<number>
  /** When the ledger was last lost. */
  lostAtMs: number
  /** How many changes found their appointment as they needed it. */
  readonly done: Readonly<Record<Side, number>>
  /** Mails that a user's own doing in Outlook sent. */
  readonly usersMails: ReadonlySet<Mail>
  play(action: Action): Promise<void>
}

export function createStage(constellation: Constellation, answersConflict: boolean): Stage {
  const book = createBook()
  const application = createApplicationModel(answersConflict)
  const producer = createProducer(constellation.ingressUrl)
  const troubles = createTroubles(constellation, application)
  const scene: Scene = {
    constellation,
    book,
    application,
    producer,
    movedOut: new Map(),
    hidden: new Set(),
    usersMails: new Set(),
  }
  const done = { application: 0, exchange: 0 }
  return {
    book,
    application,
    producer,
    troubles,
    operator: createOperator(constellation),
    decided: 0,
    cancelled: new Set(),
    lostAtMs: 0,
    usersMails: scene.usersMails,
    done,
    async play(action) {
      if (isStep(action)) await troubles.take(action)
      else if (!('label' in action)) troubles.start(action)
      else if (act(scene, action)) done[action.side]++
      if (action.afterMs > 0) await wait(action.afterMs)
    },
  }
}

function act(scene: Scene, action: UserAction): boolean {
  const isBorn = scene.book.find(action.label) !== undefined
  if (action.do === 'create') return !isBorn && create(scene, action)
  if (!isBorn) return false
  return action.side === 'application' ? actInApplication(scene, action) : actInOutlook(scene, action)
}

function create(scene: Scene, action: Extract<UserAction, { do: 'create' }>): boolean {
  const { constellation, book, application, producer } = scene
  const { side, label, serial, isMeeting } = action
  const { mailboxes } = constellation
  const mailbox = mailboxes[action.mailbox % mailboxes.length]!
  const content = newContent(label, serial, isMeeting)
  const memory = book.born(side, label, mailbox, content)
  if (side === 'exchange') {
    memory.changeKey = byUser(scene, () =>
      constellation.simulator.userCreates(mailbox, editable(content)),
    ).changeKey
    return true
  }
  allowMails(memory, { isLive: false, content }, { isLive: true, content })
  producer.send(application.create(mailbox, label, content), action.sending ?? 'once')
  return true
}

function actInApplication(scene: Scene, action: UserAction): boolean {
  const { application, book, producer } = scene
  const { label } = action
  const entry = application.find(label)
  if (!entry) return false
  const change = changeInApplication(entry, action)
  if (!change) return false

  const before = { isLive: isLive(entry), content: entry.content }
  const version: Version = application.change(entry, change)
  const after = { isLive: isLive(entry), content: entry.content }
  noteActs(book, 'application', {
    label,
    change,
    wasLive: before.isLive,
    isLive: after.isLive,
    after: after.content,
  })
  allowMails(book.find(label)!, before, after)
  producer.send(version, action.sending ?? 'once')
  return true
}

type ApplicationChange = Partial<Content> & { isHeld?: boolean; isRecurring?: boolean }

function changeInApplication(entry: Entry, action: UserAction): ApplicationChange | undefined {
  const { isHeld } = entry
  switch (action.do) {
    case 'edit':
      if (!isHeld || (action.field === 'sensitivity' && isRefused(entry))) return undefined
      return changeOf(action.field, action.label, action.serial)
    case 'cancel':
      return isHeld ? { isHeld: false } : undefined
    case 'hide':
      return isHeld && !isRefused(entry) ? { sensitivity: 'private' } : undefined
    case 'repeat':
      return isHeld && !isRefused(entry) ? { isRecurring: true } : undefined
    case 'show':
      return isHeld && isRefused(entry) ? { sensitivity: 'normal', isRecurring: false } : undefined
    case 'restore':
      return isHeld ? undefined : { isHeld: true }
    default:
      return undefined
  }
}

function isLive(entry: Entry): boolean {
  return entry.isHeld && !isRefused(entry)
}
