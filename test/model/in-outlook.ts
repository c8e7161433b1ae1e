import type { PlainItem } from '@lockstep/exchange-simulator'
import { changeOf, type Content, labelOf, newContent } from './content.ts'
import { contentOf } from './oracle.ts'
import { noteActs, type Scene, type UserAction } from './scene.ts'

/** Does in Outlook what the action says. Says whether there was an appointment to do it to. */
export function actInOutlook(scene: Scene, action: UserAction): boolean {
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

function itemOf({ constellation, book }: Scene, label: number): PlainItem | undefined {
  const { mailbox } = book.find(label)!
  return constellation.simulator
    .calendarOf(mailbox)
    .find((item) => item.isOrganizer && labelOf(item.subject) === label)
}

/** Whatever is mailed meanwhile is the user's. */
export function byUser<Result>({ constellation, usersMails }: Scene, does: () => Result): Result {
  const { mails } = constellation.simulator
  const before = mails.length
  const result = does()
  for (const mail of mails.slice(before)) usersMails.add(mail)
  return result
}

/** As the simulator's users enter it: with lists of their own. */
export function editable<Some extends Partial<Content>>({ categories, attendees, ...rest }: Some) {
  return {
    ...rest,
    ...(categories && { categories: [...categories] }),
    ...(attendees && { attendees: attendees.map((attendee) => ({ ...attendee })) }),
  }
}
