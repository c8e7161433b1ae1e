import { sendOnCreateOrDelete, sendOnUpdate } from '@lockstep/domain'
import type { SendMode } from '@lockstep/exchange'
import type { Task } from './task.ts'

/** Who would be mailed, and how many they are, if the task's plan were carried out. */
export type Sending = { readonly send: SendMode; readonly recipients: number }

const nobody: Sending = { send: 'none', recipients: 0 }

export function sendingOf({ plan, meeting, isOver = false }: Task, { mute }: { mute: boolean }): Sending {
  switch (plan.action) {
    case 'create': {
      const { attendees } = plan.appointment
      return of(sendOnCreateOrDelete({ role: 'organizer', attendees, isOver, mute }), attendees.length)
    }
    case 'update': {
      const { attendees } = plan.appointment
      return of(
        sendOnUpdate({ role: plan.item.role, attendees, isOver, mute }, plan.merge.write),
        attendees.length,
      )
    }
    case 'delete':
      return meeting ? of(sendOnCreateOrDelete({ ...meeting, mute }), meeting.attendees.length) : nobody
    default:
      return nobody
  }
}

function of(send: SendMode, attendees: number): Sending {
  // Taking the last attendee off mails one that is not on the list any more.
  return send === 'none' ? nobody : { send, recipients: Math.max(1, attendees) }
}
