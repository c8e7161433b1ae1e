import { setTimeout as wait } from 'node:timers/promises'
import type { Mail, PlainItem } from '@lockstep/exchange-simulator'
import type { Action, Side } from './action.ts'
import { type ApplicationModel, createApplicationModel, type Entry, type Version } from './application.ts'
import { type Book, createBook } from './book.ts'
import type { Constellation } from './constellation.ts'
import { changeOf, type Content, labelOf, newContent } from './content.ts'
import { allowMails } from './mail-allowance.ts'
import { contentOf, isRefused } from './oracle.ts'
import { createProducer, type Producer } from './producer.ts'
import { createTroubles, type Troubles } from './troubles.ts'

/** Where users do what the history says, on the real constellation, and where it is written down. */
export type Stage = {
  readonly book: Book
  readonly application: ApplicationModel
  readonly producer: Producer
  readonly troubles: Troubles
  /** How many actions found their appointment as they needed it. */
  readonly done: number
  /** Mails that a user's own doing in Outlook sent. */
  readonly usersMails: ReadonlySet<Mail>
  play(action: Action): Promise<void>
}

type Scene = {
  readonly constellation: Constellation
  readonly book: Book
  readonly application: ApplicationModel
  readonly producer: Producer
  /** Items that their user moved to another folder. */
  readonly movedOut: Map<number, string>
  readonly hidden: Set<number>
  readonly usersMails: Set<Mail>
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
  let done = 0
  return {
    book,
    application,
    producer,
    troubles,
    usersMails: scene.usersMails,
    get done() {
      return done
    },
    async play(action) {
      const isDone = 'label' in action ? act(scene, action) : troubles.start(action)
      if (isDone) done++
      if (action.afterMs > 0) await wait(action.afterMs)
    },
  }
}

type UserAction = Extract<Action, { label: number }>

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

function actInOutlook(scene: Scene, action: UserAction): boolean {
  const { simulator } = scene.constellation
  const { label } = action
  const { mailbox } = scene.book.find(label)!
  if (action.do === 'moveBack') return moveBack(scene, label, mailbox)
  const item = itemOf(scene, label)
  if (!item) return false
  switch (action.do) {
    case 'edit':
      if (action.field === 'sensitivity' && scene.hidden.has(label)) return false
      return update(scene, item, changeOf(action.field, label, action.serial))
    case 'hide':
      return !scene.hidden.has(label) && update(scene, item, { sensitivity: 'private' })
    case 'repeat':
      return (
        !scene.hidden.has(label) &&
        update(scene, item, { recurrence: { pattern: 'weekly', interval: 1, count: 3 } })
      )
    case 'show':
      return scene.hidden.has(label) && update(scene, item, { sensitivity: 'normal', recurrence: null })
    case 'cancel':
      byUser(scene, () => simulator.userDeletes(mailbox, item.itemId))
      scene.book.said('exchange', label, 'takenAway')
      return true
    case 'moveOut':
      scene.movedOut.set(label, simulator.userMoves(mailbox, item.itemId, action.folder).itemId)
      scene.book.said('exchange', label, 'takenAway')
      return true
    case 'copy':
      return copy(scene, item, action)
    default:
      return false
  }
}

type OutlookChange = Partial<Content> & {
  recurrence?: null | { pattern: 'weekly'; interval: number; count: number }
}

function update({ ...scene }: Scene, item: PlainItem, change: OutlookChange): boolean {
  const label = labelOf(item.subject)
  const memory = scene.book.find(label)!
  const { recurrence, ...content } = change
  const updated = byUser(scene, () =>
    scene.constellation.simulator.userUpdates(memory.mailbox, item.itemId, {
      ...editable(content),
      ...(recurrence !== undefined && { recurrence }),
    }),
  )
  const wasLive = !scene.hidden.has(label)
  const isNowLive = updated.sensitivity !== 'private' && updated.recurrence === null
  if (isNowLive) scene.hidden.delete(label)
  else scene.hidden.add(label)
  if (isNowLive) memory.secrets = []
  else if (!wasLive && change.subject) memory.secrets.push(change.subject)
  noteActs(scene.book, 'exchange', {
    label,
    change: content,
    wasLive,
    isLive: isNowLive,
    after: contentOf(updated),
  })
  memory.changeKey = updated.changeKey
  return true
}

function moveBack(scene: Scene, label: number, mailbox: string): boolean {
  const itemId = scene.movedOut.get(label)
  // Two of one appointment would be the user's own doing.
  if (!itemId || itemOf(scene, label)) return false
  scene.movedOut.delete(label)
  const { changeKey } = scene.constellation.simulator.userMoves(mailbox, itemId, 'calendar')
  scene.book.find(label)!.changeKey = changeKey
  scene.book.said('exchange', label, scene.hidden.has(label) ? 'takenAway' : 'shown')
  return true
}

function copy(
  { constellation, book }: Scene,
  item: PlainItem,
  { as, serial }: Extract<UserAction, { do: 'copy' }>,
): boolean {
  const { mailbox } = book.find(labelOf(item.subject))!
  const content = newContent(as, serial, false)
  const copied = constellation.simulator.userCopies(mailbox, item.itemId, {
    ...editable(content),
    recurrence: null,
  })
  const { changeKey } = copied
  Object.assign(book.born('exchange', as, mailbox, content), { changeKey, copyOf: labelOf(item.subject) })
  return true
}

type Noted = { label: number; change: Partial<Content>; wasLive: boolean; isLive: boolean; after: Content }

function noteActs(book: Book, side: Side, { label, change, wasLive, isLive: isNowLive, after }: Noted): void {
  book.edited(side, label, change, after)
  if (wasLive && !isNowLive) book.said(side, label, 'takenAway')
  if (!wasLive && isNowLive) book.said(side, label, 'shown')
}

function isLive(entry: Entry): boolean {
  return entry.isHeld && !isRefused(entry)
}

function itemOf({ constellation, book }: Scene, label: number): PlainItem | undefined {
  const { mailbox } = book.find(label)!
  return constellation.simulator
    .calendarOf(mailbox)
    .find((item) => item.isOrganizer && labelOf(item.subject) === label)
}

/** Whatever is mailed meanwhile is the user's. */
function byUser<Result>({ constellation, usersMails }: Scene, does: () => Result): Result {
  const { mails } = constellation.simulator
  const before = mails.length
  const result = does()
  for (const mail of mails.slice(before)) usersMails.add(mail)
  return result
}

/** As the simulator's users enter it: with lists of their own. */
function editable<Some extends Partial<Content>>({ categories, attendees, ...rest }: Some) {
  return {
    ...rest,
    ...(categories && { categories: [...categories] }),
    ...(attendees && { attendees: attendees.map((attendee) => ({ ...attendee })) }),
  }
}
