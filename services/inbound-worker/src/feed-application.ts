import type { Ledger, Mailbox } from '@lockstep/ledger'
import type { Application } from './application.ts'

/**
 * The application that cannot be called: changes are entered in the feed that it reads (`GET /v1/changes`). The entry
 * holds no content; it is read from Exchange when the application asks.
 */
export function createFeedApplication(ledger: Ledger): Application {
  return {
    async tell(change) {
      const mailbox: Mailbox | undefined = await ledger.find(change.mailbox)
      if (!mailbox) return { kind: 'rejected', code: 'MAILBOX_LEFT' }
      const { kind, appointmentId, revision, applicationVersion, changed, atMs, reason, hides } = change
      const entry = {
        kind,
        appointmentId,
        revision,
        applicationVersion,
        changed,
        atMs,
        ...(reason && { reason }),
        ...(hides && { hides }),
      }
      await ledger.appendChange(mailbox.id, entry)
      return { kind: 'acknowledged' }
    },
    close: async () => {},
  }
}
