import type { Appointment } from '../../appointment.ts'
import type { ChangeKind } from '../../record.ts'
import type { Wanted } from '../../wanted.ts'

/** A change as it goes over the wire. */
export type ModelChange = {
  readonly revision: number
  readonly kind: ChangeKind
  readonly applicationVersion: number
  readonly changed: readonly (keyof Appointment)[]
  readonly appointment?: Appointment
}

export type ApplicationModel = ReturnType<typeof createApplicationModel>

/**
 * An application that holds one appointment and follows the handshake: it says what its versions are based on, or else
 * applies nothing while one is on its way. What it deleted it still knows.
 */
export function createApplicationModel(now: () => number, sendsBasedOn: boolean) {
  let appointment: Appointment | undefined
  let isHeld = false
  let version = 0
  let applied = 0
  let received = 0
  const outbox: Wanted[] = []

  function send(): void {
    version++
    const head = { version, atMs: now(), ...(sendsBasedOn && { basedOn: applied }) }
    outbox.push(
      isHeld && appointment
        ? { ...head, kind: 'present', appointment: withoutResponses(appointment) }
        : { ...head, kind: 'absent', reason: 'cancelled' },
    )
  }

  return {
    outbox,
    held: () => (isHeld ? appointment : undefined),
    received: () => received,

    enter(entered: Appointment) {
      appointment = entered
      isHeld = true
      send()
    },
    edit(changes: Partial<Appointment>) {
      if (!isHeld || !appointment) return
      const { attendees } = appointment
      appointment = withResponsesOf(attendees, { ...appointment, ...changes })
      send()
    },
    hold(wanted: boolean) {
      if (isHeld === wanted || !appointment) return
      isHeld = wanted
      send()
    },
    /** `newerVersion`: it has one on the way that the change does not know of, and applies nothing. */
    receive(change: ModelChange, refuses: boolean): 'applied' | 'newerVersion' {
      if (change.revision <= applied) return 'applied'
      if ((refuses || !sendsBasedOn) && version > change.applicationVersion) return 'newerVersion'
      received++
      applied = change.revision
      if (change.kind === 'created') isHeld = true
      if (change.kind === 'cancelled' || change.kind === 'withdrawn') isHeld = false
      const entries = change.changed.map((property) => [property, change.appointment?.[property]])
      appointment = { ...appointment, ...Object.fromEntries(entries) } as Appointment
      return 'applied'
    },
  }
}

/** Who stays invited has answered what they answered. */
function withResponsesOf(known: Appointment['attendees'], appointment: Appointment): Appointment {
  const attendees = appointment.attendees.map((attendee) => ({
    ...known.find(({ address }) => address === attendee.address),
    ...attendee,
  }))
  return { ...appointment, attendees }
}

function withoutResponses(appointment: Appointment): Appointment {
  return { ...appointment, attendees: appointment.attendees.map(({ response: _response, ...rest }) => rest) }
}
