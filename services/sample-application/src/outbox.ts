import type { AppointmentEvent, EventType } from '@lockstep/producer'
import type { Appointment } from './appointment.ts'
import type { Held } from './appointments.ts'
import { type Database, transaction } from './database.ts'

/** A version that Lockstep has not taken yet. */
export type Unsent = { readonly position: number; readonly event: AppointmentEvent }

/** The versions that have to be sent to Lockstep, in the order in which they were made. */
export function createOutbox(database: Database) {
  const insert = database.prepare(`
    INSERT INTO outbox (type, mailbox, appointment_id, version, based_on, time, appointment)
    VALUES (?, ?, ?, ?, ?, ?, ?)`)
  const selectFirst = database.prepare('SELECT * FROM outbox ORDER BY position LIMIT ?')
  const remove = database.prepare('DELETE FROM outbox WHERE position = ?')
  const noteTaken = database.prepare(
    'UPDATE appointments SET taken_version = max(taken_version, ?) WHERE appointment_id = ?',
  )
  const selectNewest = database.prepare(`
    SELECT max(version) AS version FROM (
      SELECT version FROM outbox WHERE appointment_id = $id
      UNION ALL SELECT taken_version FROM appointments WHERE appointment_id = $id)`)

  return {
    /** To be called in the transaction that changes the appointment. */
    add(type: EventType, { mailbox, appointmentId, version, revision, appointment }: Held): void {
      const content = type === 'appointment.cancelled' ? null : JSON.stringify(appointment)
      insert.run(type, mailbox, appointmentId, version, revision, new Date().toISOString(), content)
    },

    first(count: number): Unsent[] {
      return selectFirst.all(count).map(toUnsent)
    },

    /** Lockstep answered for this version: `taken`, or so wrong that it never will be. */
    settle(answers: readonly { unsent: Unsent; taken: boolean }[]): void {
      transaction(database, () => {
        for (const { unsent, taken } of answers) {
          remove.run(unsent.position)
          if (taken) noteTaken.run(unsent.event.version, unsent.event.appointmentId)
        }
      })
    },

    /** The newest version that Lockstep has or will get; 0 if there is none. */
    newestVersion(appointmentId: string): number {
      return Number(selectNewest.get({ id: appointmentId })?.['version'] ?? 0)
    },
  }
}

function toUnsent(row: Record<string, unknown>): Unsent {
  const head = {
    mailbox: String(row['mailbox']),
    appointmentId: String(row['appointment_id']),
    version: Number(row['version']),
    basedOn: Number(row['based_on']),
    time: String(row['time']),
  }
  const type = row['type'] as EventType
  const position = Number(row['position'])
  if (type === 'appointment.cancelled') return { position, event: { type, ...head } }
  const appointment = JSON.parse(String(row['appointment'])) as Appointment
  return { position, event: { type, ...head, appointment } }
}
