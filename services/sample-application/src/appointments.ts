import type { Appointment } from './appointment.ts'
import type { Database } from './database.ts'

/** One appointment as the application holds it. */
export type Held = {
  mailbox: string
  appointmentId: string
  /** Grows with each change made here; 0 if it was made in Exchange and never changed here. */
  version: number
  /** The newest change of Lockstep's that was applied; 0 if there was none. */
  revision: number
  cancelled: boolean
  appointment: Appointment
}

/** How long a delivery's id is kept: longer than anybody repeats one. */
const RECEIVED_KEPT_MS = 7 * 24 * 60 * 60 * 1_000

/** The tables of appointments and of the deliveries that changed them. */
export function createAppointments(database: Database) {
  const select = database.prepare('SELECT * FROM appointments WHERE appointment_id = ?')
  const selectAll = database.prepare(
    'SELECT * FROM appointments WHERE mailbox = ? AND cancelled <= ? ORDER BY appointment_id',
  )
  const upsert = database.prepare(`
    INSERT INTO appointments VALUES ($id, $mailbox, $version, 0, $revision, $cancelled, $appointment)
    ON CONFLICT (appointment_id) DO UPDATE SET version = $version, revision = $revision, cancelled = $cancelled,
      appointment = $appointment`)
  const selectDelivery = database.prepare('SELECT 1 FROM deliveries WHERE webhook_id = ?')
  const insertDelivery = database.prepare('INSERT INTO deliveries VALUES (?, ?)')
  const forgetDeliveries = database.prepare('DELETE FROM deliveries WHERE received_ms < ?')

  return {
    find(appointmentId: string): Held | undefined {
      const row = select.get(appointmentId)
      return row && toHeld(row)
    },

    list(mailbox: string, { withCancelled }: { withCancelled: boolean }): Held[] {
      return selectAll.all(mailbox, Number(withCancelled)).map(toHeld)
    },

    put({ appointmentId, mailbox, version, revision, cancelled, appointment }: Held): void {
      upsert.run({
        id: appointmentId,
        mailbox,
        version,
        revision,
        cancelled: Number(cancelled),
        appointment: JSON.stringify(appointment),
      })
    },

    isReceived: (webhookId: string) => selectDelivery.get(webhookId) !== undefined,

    noteReceived(webhookId: string, nowMs: number): void {
      insertDelivery.run(webhookId, nowMs)
      forgetDeliveries.run(nowMs - RECEIVED_KEPT_MS)
    },
  }
}

function toHeld(row: Record<string, unknown>): Held {
  return {
    mailbox: String(row['mailbox']),
    appointmentId: String(row['appointment_id']),
    version: Number(row['version']),
    revision: Number(row['revision']),
    cancelled: row['cancelled'] === 1,
    appointment: JSON.parse(String(row['appointment'])) as Appointment,
  }
}
