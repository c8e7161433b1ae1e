import type { Ledger, Work } from '@lockstep/ledger'
import type { MailboxHandler } from '@lockstep/queue'
import type { Logger } from '@lockstep/runtime'

type Deps = { ledger: Ledger; log: Logger }
type Handlers = { readonly rehearse: MailboxHandler; readonly handle: MailboxHandler }

/** Handles a mailbox, and its dry run first if that is at this work. Whatever becomes of a dry run, the work is done. */
export function withDryRun(
  { ledger, log }: Deps,
  work: Work,
  { rehearse, handle }: Handlers,
): MailboxHandler {
  return async function handleAfterDryRun(job, signal) {
    const { mailboxId } = job
    const hasTurn = (await ledger.dryRunTurn(mailboxId, Date.now())) === work
    // Of a mailbox that is being forgotten nothing is noted any more.
    const rehearsed =
      hasTurn && (await ledger.byId(mailboxId))
        ? await rehearse(job, signal).catch(async (error: unknown) => {
            const { code = (error as Error).name } = error as { code?: string }
            log.warn({ mailboxId, code, err: error }, 'dry run ended early')
            await ledger.endDryRun(mailboxId, Date.now(), code)
            return 'done' as const
          })
        : 'done'
    const handled = await handle(job, signal)
    return rehearsed === 'again' ? 'again' : handled
  }
}
