import { type DryRunSlice, type Ledger, LedgerUnavailableError, type Work } from '@lockstep/ledger'
import type { MailboxHandler, Queues, SliceResult } from '@lockstep/queue'
import type { Logger } from '@lockstep/runtime'

type Deps = { ledger: Ledger; queues: Pick<Queues, 'inbound'>; log: Logger }
/** Does a part of the dry run. */
export type Rehearse = (slice: DryRunSlice, signal: AbortSignal) => Promise<SliceResult>
type Handlers = { readonly rehearse: Rehearse; readonly handle: MailboxHandler }

/** Handles a mailbox, and its dry run first if that is at this work. Whatever becomes of a dry run, the work is done. */
export function withDryRun(
  { ledger, queues, log }: Deps,
  work: Work,
  { rehearse, handle }: Handlers,
): MailboxHandler {
  const rehearsePart = async (mailboxId: string, signal: AbortSignal): Promise<SliceResult> => {
    const slice = await ledger.beginDryRunSlice(mailboxId, Date.now())
    if (!slice) {
      log.warn({ mailboxId }, 'dry run was interrupted')
      await queues.inbound.wakeQuietly(mailboxId)
      return 'done'
    }
    try {
      const result = await rehearse(slice, signal)
      if (result === 'again') await ledger.endDryRunSlice(slice)
      return result
    } catch (error) {
      // What is away is not at fault: it goes on when somebody asks for it again.
      if (error instanceof LedgerUnavailableError) throw error
      const { code = (error as Error).name } = error as { code?: string }
      log.warn({ mailboxId, code, err: error }, 'dry run ended early')
      await ledger.endDryRun(slice, Date.now(), code)
      return 'done'
    }
  }

  return async function handleAfterDryRun(job, signal) {
    const { mailboxId } = job
    const hasTurn = (await ledger.dryRunTurn(mailboxId, Date.now())) === work
    // Of a mailbox that is being forgotten nothing is noted any more.
    const rehearsed =
      hasTurn && (await ledger.byId(mailboxId)) ? await rehearsePart(mailboxId, signal) : 'done'
    const handled = await handle(job, signal)
    return rehearsed === 'again' ? 'again' : handled
  }
}
