/** What a switch chooses: where Microsoft's pages disagree, or where Exchange does what not every test wants. */
export type Quirks = {
  /** HTML bodies come back as Exchange rewrites them: as a whole document, with a meta element of its own. */
  readonly rewritesHtml: boolean
  /** UpdateItem wants a change key even with AlwaysOverwrite (the page on response codes), or not (the page on identifiers). */
  readonly alwaysWantsChangeKey: boolean
  /** A soft deletion is told as a MovedEvent to who subscribed to folders (Exchange 2013 and later), or as a DeletedEvent. */
  readonly softDeleteMoves: boolean
  /** A view also returns an item that ends just when the view begins, as observed of Exchange; the page on CalendarView does not say so. */
  readonly viewTouchesEnd: boolean
  /** An account with full access to a mailbox may subscribe there (the page on response codes), or only its owner (the page on delegation). */
  readonly fullAccessSubscribes: boolean
  /** Streamed notifications hold `m:Notification`, as Exchange sends it, or `t:Notification`, as the schema says. */
  readonly streamsAgainstSchema: boolean
}

export const defaultQuirks: Quirks = {
  rewritesHtml: false,
  alwaysWantsChangeKey: true,
  softDeleteMoves: true,
  viewTouchesEnd: true,
  fullAccessSubscribes: true,
  streamsAgainstSchema: true,
}
