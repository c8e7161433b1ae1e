import type { Appointment, Field, Fingerprints, Sensitivity } from '@lockstep/domain'
import type { Deadline } from './deadline.ts'
import type { ExchangeError } from './errors.ts'

/** What we leave on every item that we create, so that it is recognised after a lost answer or a lost ledger. */
export type Stamp = {
  readonly appointmentId: string
  readonly version: number
  /** Names the attempt that wrote it: two items with one id and different attempts are both ours. */
  readonly attempt: string
  /**
   * Of what the application held at this version, so that a lost ledger does not make it unknown who changed what since.
   * Read with the item's content only.
   */
  readonly base?: Partial<Fingerprints>
}

/** What may be known of an item before it is admitted: no content. */
export type ItemHead = {
  readonly itemId: string
  readonly changeKey: string
  readonly uid: string
  readonly sensitivity: Sensitivity
  readonly isRecurring: boolean
  readonly lastModifiedMs: number
  readonly stamp?: Stamp
}

/** An item as it is read: `appointment` is missing if its sensitivity or recurrence forbids to look at it. */
export type CalendarItem = ItemHead & {
  readonly appointment?: Appointment
  readonly organizer?: string
  readonly role: 'organizer' | 'attendee'
  /** Whether it lies in the mailbox's default calendar. */
  readonly inCalendar: boolean
}

/** Who gets a mail. There is no default: every write says it. */
export type SendMode = 'none' | 'all' | 'changed'

export type Creation = {
  readonly appointment: Appointment
  readonly stamp: Stamp
  readonly send: Exclude<SendMode, 'changed'>
}

export type Update = {
  readonly itemId: string
  /** The state that the update is based on; another one is refused with `ItemChangedError`. */
  readonly changeKey: string
  readonly fields: readonly Field[]
  readonly appointment: Appointment
  /** Only for items that we created. */
  readonly stamp?: Stamp
  readonly send: SendMode
}

export type Deletion = { readonly itemId: string; readonly send: Exclude<SendMode, 'changed'> }

export type WrittenItem = { readonly itemId: string; readonly changeKey: string }

/** One item's result within a batch: its neighbours' failures are not its own. */
export type ItemResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: ExchangeError }

export type ItemChange =
  | { readonly kind: 'present'; readonly head: ItemHead }
  | { readonly kind: 'gone'; readonly itemId: string }

/** One page of what changed in a mailbox's calendar since a cursor, in the order in which it is to be applied. */
export type SyncPage = {
  readonly changes: readonly ItemChange[]
  readonly cursor: string
  readonly isLast: boolean
}

export type PushSubscription = { readonly subscriptionId: string; readonly watermark: string }

/** The most subscriptions that one connection tells of. */
export const mostListened = 200

/** Mailboxes that are heard of over one connection. It leads to the server of the anchor, which is one of them. */
export type ListeningGroup = { readonly anchor: string }

/** How a connection came to its end. */
export type ListeningEnd =
  /** Its time was over. What happens until the next one is kept for that. */
  | { readonly kind: 'over' }
  /** These subscriptions are no more. The others are still there, and what happens is kept for the next connection. */
  | { readonly kind: 'lost'; readonly subscriptionIds: readonly string[] }
  /** It broke, or fell silent. What it should have told may be lost. */
  | { readonly kind: 'broken'; readonly error: ExchangeError }

/** A connection over which is told that something happened, never what. */
export type Listening = {
  /** Resolves when nothing is told any more. */
  readonly ended: Promise<ListeningEnd>
  close(): void
}

/** Which of the two ways a call serves; the budget is shared out fairly between them. */
export type Direction = 'outbound' | 'inbound'

export type CallOptions = {
  readonly signal?: AbortSignal
  readonly direction?: Direction
  /** A request that has not begun to go out by then is not sent: `ExchangeUnavailableError` with effect `none`. */
  readonly deadline?: Deadline
}

/**
 * The calendars of one connection, in the domain's words. The only way to a calendar server: one adapter for EWS today,
 * nobody outside this package knows which.
 *
 * A method does what it says or throws an `ExchangeError`. Batches take any number of items, are split to the limits of
 * the server, and answer with one result for each item, in the order of the request; they throw only if nothing can be
 * said of any of the items.
 */
export interface CalendarGateway {
  /** Not safe to repeat: look for the stamp first if the outcome of an earlier attempt is unknown. */
  createItems(
    mailbox: string,
    creations: readonly Creation[],
    options?: CallOptions,
  ): Promise<ItemResult<WrittenItem>[]>

  /** Sets the named fields and nothing else. */
  updateItems(
    mailbox: string,
    updates: readonly Update[],
    options?: CallOptions,
  ): Promise<ItemResult<WrittenItem>[]>

  /** Moves items to Deleted Items. An item that is already gone is a success. */
  deleteItems(
    mailbox: string,
    deletions: readonly Deletion[],
    options?: CallOptions,
  ): Promise<ItemResult<void>[]>

  /** Reads items with their content. One that does not exist (any more) is an `ItemGoneError`. */
  getItems(
    mailbox: string,
    itemIds: readonly string[],
    options?: CallOptions,
  ): Promise<ItemResult<CalendarItem>[]>

  /**
   * Reads items of the default calendar without their content. One that is not there (any more) is an `ItemGoneError`,
   * wherever else it may be.
   */
  getHeads(
    mailbox: string,
    itemIds: readonly string[],
    options?: CallOptions,
  ): Promise<ItemResult<ItemHead>[]>

  /** The items of the default calendar that carry the appointment's stamp. */
  findByStamp(mailbox: string, appointmentId: string, options?: CallOptions): Promise<ItemHead[]>

  /**
   * The items that carry one of these appointments' stamps and are in the mailbox, but not in its default calendar: those
   * that were moved to another folder, and those that were deleted and are kept still. It looks through the whole mailbox,
   * and is for what happens seldom.
   */
  findElsewhereByStamp(
    mailbox: string,
    appointmentIds: readonly string[],
    options?: CallOptions,
  ): Promise<ItemHead[]>

  /**
   * Those of them that somebody moved or deleted: without what Exchange keeps by itself of items that are there, such as
   * earlier states.
   */
  findTakenAwayByStamp(mailbox: string, appointmentId: string, options?: CallOptions): Promise<ItemHead[]>

  /** The items of the default calendar with this UID, compared without regard to case. */
  findByUid(mailbox: string, uid: string, options?: CallOptions): Promise<ItemHead[]>

  /** The next changes after `cursor`; without one, everything that there is. @throws {CursorLostError} */
  sync(mailbox: string, cursor: string | undefined, options?: CallOptions): Promise<SyncPage>

  /** Asks for notifications about the mailbox's default calendar at `url`. */
  subscribe(
    mailbox: string,
    url: string,
    statusFrequencyMinutes: number,
    options?: CallOptions,
  ): Promise<PushSubscription>

  /**
   * Asks to keep what happens in the mailbox's default calendar for a connection of the group, and gives the id of the
   * subscription. Unless there is a connection, it is kept for half an hour.
   */
  subscribeStreaming(mailbox: string, group: ListeningGroup, options?: CallOptions): Promise<string>

  /**
   * Opens a connection that tells of these subscriptions of the group, at most `mostListened`; resolves when it is open.
   * It is no call in flight, and lasts for half an hour, or until it is closed or the signal aborts.
   */
  listen(
    group: ListeningGroup,
    subscriptionIds: readonly string[],
    onChange: (subscriptionId: string) => void,
    options?: CallOptions,
  ): Promise<Listening>

  /** Succeeds if there is no such subscription. */
  unsubscribe(mailbox: string, subscriptionId: string, options?: CallOptions): Promise<void>

  /** One cheap call that tells whether the server answers. */
  probe(options?: CallOptions): Promise<void>
}
