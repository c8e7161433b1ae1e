import type { CalendarGateway } from '../calendar-gateway.ts'
import type { UserItem } from './memory-calendar-gateway.ts'

/** A gateway to an Exchange with an empty calendar, and the hands of the user whose it is. */
export type CalendarGatewayFixture = {
  readonly gateway: CalendarGateway
  readonly mailbox: string
  /** Somebody who can be invited. */
  readonly colleague: string
  readonly userCreates: (item: UserItem) => string
  readonly userUpdates: (itemId: string, item: UserItem) => void
  readonly userDeletes: (itemId: string) => void
  /** To another folder, or back. Gives the item's new id. */
  readonly userMoves: (itemId: string, folder: UserFolder) => string
  /** Exchange loses its subscriptions, as by a restart. */
  readonly loseSubscriptions: () => void
  /** How many mails Exchange sent so far. */
  readonly mails: () => number
}

/** Another calendar of the mailbox lies deep below other folders. */
export type UserFolder = 'calendar' | 'otherCalendar' | 'inbox' | 'archive'

export type Open = () => CalendarGatewayFixture | Promise<CalendarGatewayFixture>
