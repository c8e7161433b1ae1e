import { useMemo, useState } from 'preact/hooks'
import { AppointmentDialog } from './appointment-dialog.js'
import { blankAppointment, spanOf, timesOf } from './appointment-times.js'
import { FullCalendar } from './full-calendar.js'
import { occurrencesOf } from './occurrences.js'
import { refusalText } from './sides.js'
import { counted } from './ui/format.js'
import { html } from './ui/html.js'
import { ProblemNotice, Pulse } from './ui/parts.js'

/** One side: its calendar, what is wrong with it, and the dialog to edit what is in it. */
export function CalendarPanel({ side, mailbox, range, view, date, timeZone, onProblem, onDone }) {
  const [editing, setEditing] = useState()
  const { entries, problem, stream } = side
  const events = useMemo(() => entries && eventsOf(entries, range), [entries, range])

  function add(span) {
    setEditing({ appointment: blankAppointment(timeZone, span) })
  }

  function open(eventId) {
    setEditing(entries.find(({ id }) => id === eventId.split('@')[0]))
  }

  async function move({ id, revert, ...span }) {
    const { appointment } = entries.find((entry) => entry.id === id)
    try {
      await side.change(mailbox, id, timesOf(span, appointment.start.timeZone))
      await side.load()
    } catch (error) {
      revert()
      onProblem(error.problem)
    }
  }

  return html`<section class="panel" aria-labelledby=${`${side.name}-title`}>
    <header class="bar">
      <h2 id=${`${side.name}-title`}>${side.title}</h2>
      <span class="quiet small count" title=${entries && contentsText(entries)}>
        ${entries && contentsText(entries)}
      </span>
      <${Pulse} state=${stream} />
      <button type="button" class="button" disabled=${!entries} onClick=${() => add()}>
        New<span class="visually-hidden"> appointment in ${side.title}</span>
      </button>
    </header>
    <div class=${`calendar-frame ${entries ? '' : 'waiting'}`} aria-busy=${String(!entries && !problem)}>
      ${problem && html`<${ProblemNotice} problem=${problem} />`}
      <${FullCalendar}
        label=${`${side.title} calendar`}
        view=${view}
        date=${date}
        timeZone=${timeZone}
        events=${events}
        onSelect=${(span) => entries && add(span)}
        onOpen=${open}
        onMove=${move}
      />
    </div>
    ${
      editing &&
      html`<${AppointmentDialog}
        key=${editing.id ?? 'new'}
        side=${side}
        mailbox=${mailbox}
        entry=${editing}
        onDone=${onDone}
        onClose=${() => setEditing(undefined)}
      />`
    }
  </section>`
}

/** What the calendar shows of the entries: each occurrence by itself, with the reason of what stays here. */
function eventsOf(entries, range) {
  return entries.flatMap(({ id, refusal, appointment }) =>
    occurrencesOf(appointment, range).map(({ appointment: occurrence, day }) => {
      const reason = refusal && capitalised(refusalText(refusal))
      const note = reason && `${reason}: stays here`
      const title = occurrence.subject || '(no subject)'
      return {
        id: day ? `${id}@${day}` : id,
        title,
        ...spanOf(occurrence),
        editable: !day,
        refusal: reason,
        note,
        place: occurrence.location,
        classes: [refusal ? 'refused' : `shown-as-${occurrence.showAs}`],
        label: [title, occurrence.location, note].filter(Boolean).join('. '),
      }
    }),
  )
}

/** `9 appointments. 3 stay here: 2 private, 1 repeats` */
function contentsText(entries) {
  const reasons = new Map()
  for (const { refusal } of entries) if (refusal) reasons.set(refusal, (reasons.get(refusal) ?? 0) + 1)
  const all = counted(entries.length, 'appointment')
  if (reasons.size === 0) return all
  const parts = [...reasons].map(([refusal, count]) => `${count} ${refusalText(refusal)}`)
  const count = [...reasons.values()].reduce((sum, part) => sum + part, 0)
  return `${all}. ${count} ${count === 1 ? 'stays' : 'stay'} here: ${parts.join(', ')}`
}

function capitalised(text) {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
