import type { Appointment, Sensitivity } from '@lockstep/domain'
import type { CalendarItem, ItemChange, ItemHead, Stamp, SyncPage } from '../calendar-gateway.ts'
import { CursorLostError } from '../errors.ts'

/** An item of the fake, with the content that the port would not show. */
export type MemoryItem = {
  itemId: string
  changeKey: string
  uid: string
  sensitivity: Sensitivity
  isRecurring: boolean
  lastModifiedMs: number
  stamp?: Stamp
  appointment: Appointment
  organizer: string
  role: 'organizer' | 'attendee'
  inCalendar: boolean
}

/** One mailbox: its items, and the log of what changed that cursors point into. */
export class MemoryCalendar {
  readonly items = new Map<string, MemoryItem>()
  readonly deleted: MemoryItem[] = []
  readonly #log: string[] = []
  readonly #onChange: () => void

  constructor(onChange: () => void = () => {}) {
    this.#onChange = onChange
  }

  /** Stores a new state of an item under a new change key. */
  put(item: MemoryItem): void {
    this.#log.push(item.itemId)
    this.items.set(item.itemId, { ...item, changeKey: `ck-${this.#log.length}` })
    this.#onChange()
  }

  /** Deletes an item. Its handle is void. */
  remove(itemId: string): void {
    const item = this.items.get(itemId)
    if (!item) return
    this.items.delete(itemId)
    this.deleted.push({ ...item, itemId: `${itemId}-deleted`, inCalendar: false })
    this.#log.push(itemId)
    this.#onChange()
  }

  /** Moves an item out of the calendar, or back. It has another handle there. */
  move(itemId: string, to: { readonly itemId: string; readonly inCalendar: boolean }): void {
    const item = this.items.get(itemId)
    if (!item) return
    this.items.delete(itemId)
    this.#log.push(itemId)
    this.put({ ...item, ...to })
  }

  elsewhere(): MemoryItem[] {
    return [...this.items.values(), ...this.deleted].filter((item) => !item.inCalendar)
  }

  inCalendar(): MemoryItem[] {
    return [...this.items.values()].filter((item) => item.inCalendar)
  }

  /** What changed after the cursor, each item once, in the order of its last change. */
  changesAfter(cursor: string | undefined, pageSize: number): SyncPage {
    const from = cursor === undefined ? 0 : Number(cursor)
    if (!Number.isInteger(from) || from < 0 || from > this.#log.length)
      throw new CursorLostError('ErrorInvalidSyncStateData')

    const changes: ItemChange[] = []
    let position = from
    while (position < this.#log.length && changes.length < pageSize) {
      const itemId = this.#log[position] as string
      const isLatest = this.#log.lastIndexOf(itemId) === position
      position += 1
      if (isLatest) changes.push(...this.#change(itemId, cursor === undefined))
    }
    return { changes, cursor: String(position), isLast: position === this.#log.length }
  }

  #change(itemId: string, isFirst: boolean): ItemChange[] {
    const item = this.items.get(itemId)
    if (item?.inCalendar) return [{ kind: 'present', head: headOf(item) }]
    return isFirst ? [] : [{ kind: 'gone', itemId }]
  }
}

export function headOf({
  appointment: _content,
  organizer: _who,
  role: _role,
  inCalendar: _place,
  ...head
}: MemoryItem): ItemHead {
  return head
}

export function shownItem(item: MemoryItem): CalendarItem {
  const { appointment, ...rest } = item
  const isOpen = !item.isRecurring && (item.sensitivity === 'normal' || item.sensitivity === 'personal')
  return isOpen
    ? { ...rest, appointment: { ...appointment, sensitivity: item.sensitivity as 'normal' } }
    : rest
}
