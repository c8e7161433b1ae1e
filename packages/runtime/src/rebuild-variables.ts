import { seconds } from './variables.ts'

/** How much time there is to find out what an earlier ledger knew. Both workers read this. */
export const rebuildVariables = {
  REBUILD_WAIT_SECONDS: seconds
    .default(600_000)
    .describe(
      'After a loss of Redis: how long the application has to send its appointments again before it is told of what Exchange holds. And how long, once a mailbox is listed, what was made before Redis was new waits for the other mailboxes to be listed.',
    ),
}
