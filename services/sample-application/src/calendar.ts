import { randomBytes } from 'node:crypto'
import type { EventType } from '@lockstep/producer'
import type { Appointment } from './appointment.ts'
import { createAppointments, type Held } from './appointments.ts'
import { openDatabase, transaction } from './database.ts'
import { createOutbox } from './outbox.ts'

type Listener = (held: Held) => void

export type Calendar = ReturnType<typeof openCalendar>

/**
 * The application itself: a calendar for each user, in its own database. What a user does becomes a new version of
 * the appointment and a row of the outbox in the same transaction: either both are kept or neither is.
 */
export function openCalendar(dataDir?: string) {
  const database = openDatabase(dataDir)
  const appointments = createAppointments(database)
  const outbox = createOutbox(database)
  const listeners = new Set<Listener>()

  function announce(held: Held): Held {
    for (const listener of listeners) listener(held)
    return held
  }

  /** Keeps one more version of an appointment; `undefined` if there is none, or it is cancelled. */
  function change(type: EventType, id: string, next: (held: Held) => Partial<Held>): Held | undefined {
    const newer = transaction(database, () => {
      const held = appointments.find(id)
      if (!held || held.cancelled) return
      const newer = { ...held, ...next(held), version: held.version + 1 }
      appointments.put(newer)
      outbox.add(type, newer)
      return newer
    })
    return newer && announce(newer)
  }

  return {
    outbox,
    list: (...query: Parameters<typeof appointments.list>) => appointments.list(...query),

    create(mailbox: string, appointment: Appointment): Held {
      const appointmentId = `APP-${randomBytes(6).toString('hex').toUpperCase()}`
      const held = { mailbox, appointmentId, version: 1, revision: 0, cancelled: false, appointment }
      transaction(database, () => {
        appointments.put(held)
        outbox.add('appointment.created', held)
      })
      return announce(held)
    },

    edit(id: string, edited: (appointment: Appointment) => Appointment): Held | undefined {
      return change('appointment.updated', id, ({ appointment }) => ({ appointment: edited(appointment) }))
    },

    cancel(id: string): Held | undefined {
      return change('appointment.cancelled', id, () => ({ cancelled: true }))
    },

    /**
     * Keeps what was changed elsewhere, as `decide` says from what is held of the appointment and the newest version
     * that was sent. It is no version of ours, and nothing is sent. A delivery that was kept is not kept twice.
     */
    receive<Decision extends { keep?: Held; done: boolean }>(
      { deliveryId, appointmentId }: { deliveryId: string; appointmentId: string },
      decide: (held: Held | undefined, newestVersion: number) => Decision,
    ): Decision | undefined {
      const decision = transaction(database, () => {
        if (appointments.isReceived(deliveryId)) return
        const decision = decide(appointments.find(appointmentId), outbox.newestVersion(appointmentId))
        if (decision.keep) appointments.put(decision.keep)
        if (decision.done) appointments.noteReceived(deliveryId, Date.now())
        return decision
      })
      if (decision?.keep) announce(decision.keep)
      return decision
    },

    /** Calls back after each change, whoever made it, until the returned function is called. */
    onChange(listener: Listener): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },

    check: () => void database.prepare('SELECT 1').get(),
    close: () => database.close(),
  }
}
