import type { FolderName } from '../store/item.ts'
import type { StoreEvent } from '../store/store.ts'

export const eventTypes = [
  'CopiedEvent',
  'CreatedEvent',
  'DeletedEvent',
  'ModifiedEvent',
  'MovedEvent',
  'NewMailEvent',
  'FreeBusyChangedEvent',
] as const
export type EventType = (typeof eventTypes)[number]

/** What a subscription wants to be told. */
export type Interest = {
  readonly mailbox: string
  /** `undefined`: all folders. */
  readonly folders: ReadonlySet<FolderName> | undefined
  readonly types: ReadonlySet<EventType>
}

/** An event under the name by which one subscription learns of it. */
export type Told = { readonly type: EventType; readonly event: StoreEvent }

const typeOf: Readonly<Record<StoreEvent['kind'], EventType>> = {
  created: 'CreatedEvent',
  modified: 'ModifiedEvent',
  deleted: 'DeletedEvent',
  moved: 'MovedEvent',
}

/** What a subscription is told of an event: nothing, the event, or that and a change of free/busy times. */
export function tellingsOf(event: StoreEvent, interest: Interest, softDeleteMoves: boolean): Told[] {
  if (!concerns(event, interest)) return []
  const isSoftDelete = event.kind === 'moved' && event.folder === 'recoverableitemsdeletions'
  const isDeletion = isSoftDelete && !(softDeleteMoves && interest.folders)
  const type = isDeletion ? 'DeletedEvent' : typeOf[event.kind]
  const isCalendar = event.folder === 'calendar' || event.old?.folder === 'calendar'
  const all: EventType[] = isCalendar ? [type, 'FreeBusyChangedEvent'] : [type]
  return all
    .filter((candidate) => interest.types.has(candidate))
    .map((candidate) => ({ type: candidate, event: isDeletion ? asDeletion(event) : event }))
}

function concerns({ mailbox, folder, old }: StoreEvent, interest: Interest): boolean {
  if (interest.mailbox !== mailbox) return false
  const { folders } = interest
  return !folders || folders.has(folder) || (old !== undefined && folders.has(old.folder))
}

// A deletion names the item as it was known, in the folder where it was.
function asDeletion({ old, ...event }: StoreEvent): StoreEvent {
  return { ...event, kind: 'deleted', ...old }
}
