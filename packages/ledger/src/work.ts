/** The three kinds of unsettled state a mailbox can have; the queue of the same name takes care of it. */
export type Work = 'outbound' | 'inbound' | 'deliveries'
