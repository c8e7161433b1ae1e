import type { Mail } from '@lockstep/exchange-simulator'
import type { Action, Side } from './action.ts'
import type { ApplicationModel } from './application.ts'
import type { Book } from './book.ts'
import type { Constellation } from './constellation.ts'
import type { Content } from './content.ts'
import type { Producer } from './producer.ts'

/** What users act on, and what is kept of what they did. */
export type Scene = {
  readonly constellation: Constellation
  readonly book: Book
  readonly application: ApplicationModel
  readonly producer: Producer
  /** Items that their user moved to another folder. */
  readonly movedOut: Map<number, string>
  readonly hidden: Set<number>
  readonly usersMails: Set<Mail>
}

export type UserAction = Extract<Action, { label: number }>

type Noted = { label: number; change: Partial<Content>; wasLive: boolean; isLive: boolean; after: Content }

export function noteActs(
  book: Book,
  side: Side,
  { label, change, wasLive, isLive: isNowLive, after }: Noted,
): void {
  book.edited(side, label, change, after)
  if (wasLive && !isNowLive) book.said(side, label, 'takenAway')
  if (!wasLive && isNowLive) book.said(side, label, 'shown')
}
