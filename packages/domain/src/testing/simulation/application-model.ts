import { refusalOf } from '../../admission.ts'
import type { Appointment, Sensitivity } from '../../appointment.ts'
import type { ChangeKind } from '../../record.ts'
import type { Wanted } from '../../wanted.ts'

/** A change as it goes over the wire. */
export type ModelChange = {
  readonly revision: number
  readonly kind: ChangeKind
  readonly applicationVersion: number
  readonly changed: readonly (keyof Appointment)[]
  readonly appointment?: Partial<Held>
}

/** What it holds may be private: then it keeps that to itself. */
type Held = Omit<Appointment, 'sensitivity'> & { readonly sensitivity: Sensitivity }

export type ApplicationModel = ReturnType<typeof createApplicationModel>

/**
 * An application that holds one appointment and follows the handshake: it says what its versions are based on, or else
 * applies nothing while one is on its way. What it deleted it still knows.
 */
export function createApplicationModel(now: () => number, sendsBasedOn: boolean) {
  let appointment: Held | undefined
  let isHeld = false
  let version = 0
  let applied = 0
  let received = 0
  const outbox: Wanted[] = []

  function send(): void {
    version++
    const head = { version, atMs: now(), ...(sendsBasedOn && { basedOn: applied }) }
    const shown = shownOf(appointment)
    const reason = isHeld && !shown ? 'private' : 'cancelled'
    outbox.push(
      isHeld && shown
        ? { ...head, kind: 'present', appointment: withoutResponses(shown) }
        : { ...head, kind: 'absent', reason },
    )
  }

  return {
    outbox,
    /** What everybody may see. */
    held: () => (isHeld ? shownOf(appointment) : undefined),
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
    conceal(isPrivate: boolean) {
      if (!isHeld || !appointment || isPrivate === !shownOf(appointment)) return
      appointment = { ...appointment, sensitivity: isPrivate ? 'private' : 'normal' }
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
      appointment = { ...appointment, ...Object.fromEntries(entries) } as Held
      return 'applied'
    },
  }
}

function shownOf(held: Held | undefined): Appointment | undefined {
  const refusal = held && refusalOf({ sensitivity: held.sensitivity, isRecurring: false })
  return refusal ? undefined : (held as Appointment | undefined)
}

/** Who stays invited has answered what they answered. */
function withResponsesOf(known: Appointment['attendees'], appointment: Held): Held {
  const attendees = appointment.attendees.map((attendee) => ({
    ...known.find(({ address }) => address === attendee.address),
    ...attendee,
  }))
  return { ...appointment, attendees }
}

function withoutResponses(appointment: Appointment): Appointment {
  return { ...appointment, attendees: appointment.attendees.map(({ response: _response, ...rest }) => rest) }
}
