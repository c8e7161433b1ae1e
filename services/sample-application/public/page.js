import { render } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { zoneOptions } from './appointment-fields.js'
import { CalendarPanel } from './calendar-panel.js'
import { inStepText } from './in-step.js'
import { useSide } from './sides.js'
import { scrollTogether } from './scroll-together.js'
import { addDays, rangeText, todayIn, weekdayOf } from './time.js'
import { html } from './ui/html.js'
import { Segments, Toasts } from './ui/parts.js'
import { Ways } from './ways.js'

const { mailboxes } = JSON.parse(document.querySelector('#settings').textContent)

const views = [
  ['timeGridWeek', 'Week'],
  ['timeGridDay', 'Day'],
  ['listWeek', 'List'],
]

/** The view that fits the width of the screen best. */
function fittingView() {
  if (innerWidth < 760) return 'listWeek'
  return innerWidth < 1_100 ? 'timeGridDay' : 'timeGridWeek'
}

function Page() {
  const [mailbox, setMailbox] = useKept('mailbox', mailboxes[0], (kept) => mailboxes.includes(kept))
  const [timeZone, setTimeZone] = useKept('zone', Intl.DateTimeFormat().resolvedOptions().timeZone)
  const [view, setView] = useState(fittingView)
  const [date, setDate] = useState(() => todayIn(timeZone))
  const range = useMemo(() => rangeOf(view, date), [view, date])
  const { toasts, tell, close } = useToasts()
  const application = useSide('application', mailbox)
  const exchange = useSide('exchange', mailbox)

  const subjectOf = useSubjects(application.entries)
  const shared = { mailbox, range, view, date, timeZone, onProblem: (problem) => tell({ problem }) }
  const undoable = (side) => (appointment) =>
    tell({
      text: `“${appointment.subject}” is cancelled.`,
      action: { word: 'Create it again', run: () => void recreate(side, appointment) },
    })

  async function recreate(side, { subject, location, body, start, end, isAllDay, ...rest }) {
    const { showAs, sensitivity, importance, reminderMinutesBeforeStart, categories, attendees, recurrence } =
      rest
    const times = { subject, location, body, start, end, isAllDay }
    const details = { showAs, sensitivity, importance, reminderMinutesBeforeStart, categories, attendees }
    try {
      await side.create(mailbox, { ...times, ...details, ...(recurrence && { recurrence }) })
      await side.load()
    } catch (error) {
      tell({ problem: error.problem })
    }
  }

  return html`<header class="top">
      <h1>
        <span class="mark" aria-hidden="true"></span>Lockstep <span class="quiet">sample application</span>
      </h1>
      <label class="labelled">
        <span class="quiet">Mailbox</span>
        <select class="input bare" value=${mailbox} onChange=${({ target }) => setMailbox(target.value)}>
          ${mailboxes.map((name) => html`<option value=${name}>${name}</option>`)}
        </select>
      </label>
      <label class="labelled zone">
        <span class="quiet">Times in</span>
        <select class="input bare" value=${timeZone} onChange=${({ target }) => setTimeZone(target.value)}>
          ${zoneOptions(timeZone).map(([value, label]) => html`<option value=${value}>${label}</option>`)}
        </select>
      </label>
    </header>
    <main>
      <p class="answer" role="status">${inStepText(application, exchange)}</p>
      <nav class="days" aria-label="Days shown">
        <button type="button" class="button" onClick=${() => setDate(todayIn(timeZone))}>Today</button>
        <${Step} word="Earlier" sign="‹" onClick=${() => setDate(addDays(date, -range.days))} />
        <${Step} word="Later" sign="›" onClick=${() => setDate(addDays(date, range.days))} />
        <span class="range" aria-live="polite">${rangeText(range.from, addDays(range.to, -1))}</span>
        <${Segments} label="View" options=${views} value=${view} onChange=${setView} />
      </nav>
      <div class="sides" onScrollCapture=${scrollTogether}>
        <${CalendarPanel} ...${shared} side=${application} onDone=${undoable(application)} />
        <${CalendarPanel} ...${shared} side=${exchange} onDone=${undoable(exchange)} />
      </div>
      <${Ways} mailbox=${mailbox} subjectOf=${subjectOf} />
    </main>
    <${Toasts} toasts=${toasts} onClose=${close} />`
}

function Step({ word, sign, onClick }) {
  return html`<button type="button" class="button square" aria-label=${word} title=${word} onClick=${onClick}>
    ${sign}
  </button>`
}

/** The days that a view shows: `to` is not included. */
function rangeOf(view, date) {
  if (view === 'timeGridDay') return { from: date, to: addDays(date, 1), days: 1 }
  const from = addDays(date, 1 - weekdayOf(date))
  return { from, to: addDays(from, 7), days: 7 }
}

/** The subjects that this page has seen, of cancelled appointments too. */
function useSubjects(entries = []) {
  const seen = useRef(new Map()).current
  for (const { id, appointment } of entries) seen.set(id, appointment.subject)
  return (id) => seen.get(id)
}

/** A choice that the browser remembers. */
function useKept(name, initial, isValid = Boolean) {
  const [value, setValue] = useState(() => {
    const kept = new URLSearchParams(location.search).get(name) ?? localStorage.getItem(name)
    return isValid(kept) ? kept : initial
  })
  useEffect(() => localStorage.setItem(name, value), [name, value])
  return [value, setValue]
}

function useToasts() {
  const [toasts, setToasts] = useState([])
  const close = (id) => setToasts((toasts) => toasts.filter((toast) => toast.id !== id))
  const tell = (toast) => setToasts((toasts) => [...toasts.slice(-2), { ...toast, id: crypto.randomUUID() }])
  return { toasts, tell, close }
}

const root = document.querySelector('#page')
root.replaceChildren()
render(html`<${Page} />`, root)
