import { type Appointment, type Field, propertiesOf, type Sensitivity } from '@lockstep/domain'
import type {
  CalendarGateway,
  CalendarItem,
  CallOptions,
  Creation,
  Deletion,
  ItemHead,
  ItemResult,
  Listening,
  ListeningGroup,
  PushSubscription,
  SyncPage,
  Update,
  WrittenItem,
} from '../calendar-gateway.ts'
import { type ExchangeError, ExchangeUnavailableError, ItemChangedError, ItemGoneError } from '../errors.ts'
import { failed, succeeded } from '../item-results.ts'
import { anAppointment } from './an-appointment.ts'
import { MemoryListening } from './memory-listening.ts'
import { headOf, MemoryCalendar, type MemoryItem, shownItem } from './memory-calendar.ts'

export type MemoryMail = {
  readonly mailbox: string
  readonly kind: 'invitation' | 'update' | 'cancellation'
  readonly itemId: string
}

/** What a user enters in Outlook. */
export type UserItem = Partial<Omit<Appointment, 'sensitivity'>> & {
  readonly sensitivity?: Sensitivity
  readonly isRecurring?: boolean
}

/** An Exchange in memory that keeps the port's promises. Its `user…` methods are what people do on their own. */
export class MemoryCalendarGateway implements CalendarGateway {
  readonly mails: MemoryMail[] = []
  /** Calls by method. */
  readonly calls: Record<string, number> = {}
  readonly subscriptions = new Map<string, { readonly mailbox: string; readonly url: string }>()
  readonly listening = new MemoryListening()
  readonly #calendars = new Map<string, MemoryCalendar>()
  readonly #pageSize: number
  #count = 0
  #outage: ExchangeError | undefined
  #losesAnswer = false

  constructor({ pageSize = 512 } = {}) {
    this.#pageSize = pageSize
  }

  /** From now on every call fails. */
  goDown(
    error: ExchangeError = new ExchangeUnavailableError('ECONNREFUSED', 2_000, { effect: 'none' }),
  ): void {
    this.#outage = error
  }

  comeBack(): void {
    this.#outage = undefined
  }

  /** The next write takes effect, and nobody hears of it. */
  loseNextAnswer(): void {
    this.#losesAnswer = true
  }

  itemsOf(mailbox: string): MemoryItem[] {
    return this.#calendar(mailbox).inCalendar()
  }

  userCreates(
    mailbox: string,
    { sensitivity = 'normal', isRecurring = false, ...entered }: UserItem = {},
  ): string {
    const appointment = anAppointment(entered)
    return this.#add(mailbox, { appointment, sensitivity, isRecurring })
  }

  userUpdates(mailbox: string, itemId: string, { sensitivity, isRecurring, ...changed }: UserItem): void {
    const item = this.#item(mailbox, itemId)
    this.#calendar(mailbox).put({
      ...item,
      sensitivity: sensitivity ?? item.sensitivity,
      isRecurring: isRecurring ?? item.isRecurring,
      appointment: { ...item.appointment, ...changed },
      lastModifiedMs: Date.now(),
    })
  }

  userDeletes(mailbox: string, itemId: string): void {
    this.#item(mailbox, itemId)
    this.#calendar(mailbox).remove(itemId)
  }

  /** To another folder, or back to the calendar. Returns its new id. */
  userMoves(mailbox: string, itemId: string, folder: string): string {
    this.#item(mailbox, itemId)
    const moved = `item-${(this.#count += 1)}`
    this.#calendar(mailbox).move(itemId, { itemId: moved, inCalendar: folder === 'calendar' })
    return moved
  }

  async createItems(mailbox: string, creations: readonly Creation[]): Promise<ItemResult<WrittenItem>[]> {
    this.#begin('createItems')
    const results = creations.map(({ appointment, stamp, send }) => {
      const { sensitivity } = appointment
      const itemId = this.#add(mailbox, { appointment, sensitivity, isRecurring: false, stamp })
      this.#send(mailbox, 'invitation', itemId, send)
      return succeeded(this.#written(mailbox, itemId))
    })
    return this.#answer(results)
  }

  async updateItems(mailbox: string, updates: readonly Update[]): Promise<ItemResult<WrittenItem>[]> {
    this.#begin('updateItems')
    return this.#answer(updates.map((update) => this.#attempt(() => this.#update(mailbox, update))))
  }

  async deleteItems(mailbox: string, deletions: readonly Deletion[]): Promise<ItemResult<void>[]> {
    this.#begin('deleteItems')
    const results = deletions.map(({ itemId, send }) => {
      if (this.#calendar(mailbox).items.has(itemId)) {
        this.#send(mailbox, 'cancellation', itemId, send)
        this.#calendar(mailbox).remove(itemId)
      }
      return succeeded<void>(undefined)
    })
    return this.#answer(results)
  }

  async getItems(mailbox: string, itemIds: readonly string[]): Promise<ItemResult<CalendarItem>[]> {
    this.#begin('getItems')
    return itemIds.map((itemId) => this.#attempt(() => shownItem(this.#item(mailbox, itemId))))
  }

  async getHeads(mailbox: string, itemIds: readonly string[]): Promise<ItemResult<ItemHead>[]> {
    this.#begin('getHeads')
    return itemIds.map((itemId) =>
      this.#attempt(() => {
        const item = this.#item(mailbox, itemId)
        if (!item.inCalendar) throw new ItemGoneError('ErrorItemNotFound')
        return headOf(item)
      }),
    )
  }

  async findByStamp(mailbox: string, appointmentId: string): Promise<ItemHead[]> {
    this.#begin('findByStamp')
    return this.itemsOf(mailbox)
      .filter(({ stamp }) => stamp?.appointmentId === appointmentId)
      .map(headOf)
  }

  async findElsewhereByStamp(mailbox: string, appointmentIds: readonly string[]): Promise<ItemHead[]> {
    this.#begin('findElsewhereByStamp')
    return this.#calendar(mailbox)
      .elsewhere()
      .filter(({ stamp }) => stamp && appointmentIds.includes(stamp.appointmentId))
      .map(headOf)
  }

  async findTakenAwayByStamp(mailbox: string, appointmentId: string): Promise<ItemHead[]> {
    return this.findElsewhereByStamp(mailbox, [appointmentId])
  }

  async findByUid(mailbox: string, uid: string): Promise<ItemHead[]> {
    this.#begin('findByUid')
    return this.itemsOf(mailbox)
      .filter((item) => item.uid.toLowerCase() === uid.toLowerCase())
      .map(headOf)
  }

  async sync(mailbox: string, cursor: string | undefined): Promise<SyncPage> {
    this.#begin('sync')
    return this.#calendar(mailbox).changesAfter(cursor, this.#pageSize)
  }

  async subscribe(mailbox: string, url: string): Promise<PushSubscription> {
    this.#begin('subscribe')
    const subscriptionId = `subscription-${(this.#count += 1)}`
    this.subscriptions.set(subscriptionId, { mailbox, url })
    return { subscriptionId, watermark: 'watermark' }
  }

  async subscribeStreaming(mailbox: string): Promise<string> {
    this.#begin('subscribeStreaming')
    const subscriptionId = `subscription-${(this.#count += 1)}`
    this.listening.subscribe(mailbox, subscriptionId)
    return subscriptionId
  }

  async listen(
    _group: ListeningGroup,
    subscriptionIds: readonly string[],
    onChange: (subscriptionId: string) => void,
    options?: CallOptions,
  ): Promise<Listening> {
    this.#begin('listen')
    return this.listening.listen(subscriptionIds, onChange, options?.signal)
  }

  async unsubscribe(_mailbox: string, subscriptionId: string): Promise<void> {
    this.#begin('unsubscribe')
    this.listening.end([subscriptionId])
    this.subscriptions.delete(subscriptionId)
  }

  async probe(): Promise<void> {
    this.#begin('probe')
  }

  #begin(method: string): void {
    this.calls[method] = (this.calls[method] ?? 0) + 1
    if (this.#outage) throw this.#outage
  }

  #answer<Results>(results: Results): Results {
    if (!this.#losesAnswer) return results
    this.#losesAnswer = false
    throw new ExchangeUnavailableError('ECONNRESET', 2_000, { effect: 'unknown' })
  }

  #add(
    mailbox: string,
    fields: Pick<MemoryItem, 'appointment' | 'sensitivity' | 'isRecurring' | 'stamp'>,
  ): string {
    const itemId = `item-${(this.#count += 1)}`
    this.#calendar(mailbox).put({
      ...fields,
      itemId,
      changeKey: '',
      uid: `UID-${itemId}`,
      lastModifiedMs: Date.now(),
      organizer: mailbox,
      role: 'organizer',
      inCalendar: true,
    })
    return itemId
  }

  #update(mailbox: string, { itemId, changeKey, fields, appointment, stamp, send }: Update): WrittenItem {
    const item = this.#item(mailbox, itemId)
    if (item.changeKey !== changeKey) throw new ItemChangedError('ErrorIrresolvableConflict')
    this.#calendar(mailbox).put({
      ...item,
      appointment: { ...item.appointment, ...pick(appointment, fields) },
      ...(fields.includes('sensitivity') && { sensitivity: appointment.sensitivity }),
      ...(stamp && { stamp }),
      lastModifiedMs: Date.now(),
    })
    this.#send(mailbox, 'update', itemId, send)
    return this.#written(mailbox, itemId)
  }

  #send(mailbox: string, kind: MemoryMail['kind'], itemId: string, send: Update['send']): void {
    if (send !== 'none' && this.#item(mailbox, itemId).appointment.attendees.length > 0)
      this.mails.push({ mailbox, kind, itemId })
  }

  #written(mailbox: string, itemId: string): WrittenItem {
    return { itemId, changeKey: this.#item(mailbox, itemId).changeKey }
  }

  #item(mailbox: string, itemId: string): MemoryItem {
    const item = this.#calendar(mailbox).items.get(itemId)
    if (!item) throw new ItemGoneError('ErrorItemNotFound')
    return item
  }

  #calendar(mailbox: string): MemoryCalendar {
    const known = this.#calendars.get(mailbox)
    const calendar = known ?? new MemoryCalendar(() => this.listening.tell(mailbox))
    if (!known) this.#calendars.set(mailbox, calendar)
    return calendar
  }

  #attempt<Value>(action: () => Value): ItemResult<Value> {
    try {
      return succeeded(action())
    } catch (error) {
      return failed(error as ExchangeError)
    }
  }
}

function pick(appointment: Appointment, fields: readonly Field[]): Partial<Appointment> {
  const names = fields.filter((field) => field !== 'responses').flatMap(propertiesOf)
  return Object.fromEntries(names.map((name) => [name, appointment[name]]))
}
