import htm from 'htm'
import { useEffect, useRef } from 'preact/hooks'
import { moveFocus } from './arrow-keys.js'
import { html } from './ui/html.js'

// FullCalendar's build for browsers brings its own Preact, which has to draw what stands in its events.
const { Calendar, Preact } = globalThis.FullCalendar
const content = htm.bind(Preact.h)

const clock = { hour: '2-digit', minute: '2-digit', hour12: false }
const options = {
  headerToolbar: false,
  height: '100%',
  locale: 'en-gb',
  firstDay: 1,
  scrollTime: '07:30:00',
  nowIndicator: true,
  allDayText: 'all day',
  dayHeaderFormat: { weekday: 'short', day: 'numeric' },
  slotHeaderFormat: clock,
  eventTimeFormat: clock,
  listDayFormat: { weekday: 'long' },
  listDayAltFormat: { day: 'numeric', month: 'long' },
  selectable: true,
  selectMirror: true,
  selectMinDistance: 4,
  editable: true,
  eventResizableFromStart: true,
  eventInteractive: true,
  eventMinHeight: 20,
  eventShortHeight: 44,
  eventInnerClass: 'entry-inner',
  listItemEventBeforeClass: 'entry-dot',
  slotHeaderInnerClass: 'axis',
  allDayHeaderInnerClass: 'axis',
  // Where it stands says how long it lasts.
  views: { timeGrid: { displayEventEnd: false } },
  dragRevertDuration: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 200,
  noEventsContent: () => 'Nothing in this time. Drag over the week, or choose “New”.',
}

/**
 * A calendar that shows `events` and says what people do with it: `onSelect` (a span was dragged), `onOpen` (an event
 * was chosen), `onMove` (it was dragged or resized; `revert` puts it back). Events are replaced one by one, so that
 * nothing else on the calendar moves or loses the focus.
 */
export function FullCalendar({ label, view, date, timeZone, events, ...handlers }) {
  const element = useRef()
  const calendar = useRef()
  const shown = useRef(new Map())
  const latest = useRef(handlers)
  latest.current = handlers

  useEffect(() => {
    calendar.current = new Calendar(element.current, {
      ...options,
      initialView: view,
      initialDate: date,
      timeZone,
      select: ({ startStr, endStr, allDay }) => {
        calendar.current.unselect()
        latest.current.onSelect({ start: startStr, end: endStr, isAllDay: allDay })
      },
      eventClick: ({ event, jsEvent }) => {
        jsEvent.preventDefault()
        latest.current.onOpen(event.id)
      },
      eventDrop: (info) => latest.current.onMove(movedTo(info)),
      eventResize: (info) => latest.current.onMove(movedTo(info)),
      // What is being dragged over the days is no appointment yet and has no classes.
      eventClass: ({ event }) => ['entry', ...(event.extendedProps.classes ?? [])].join(' '),
      eventContent: contentOf,
      eventDidMount: ({ el, event }) => {
        el.dataset.entry = event.id
        el.setAttribute('aria-label', event.extendedProps.label ?? 'New appointment')
        el.title = event.extendedProps.label ?? ''
      },
    })
    calendar.current.render()
    const known = shown.current
    return () => {
      calendar.current.destroy()
      known.clear()
    }
    // The options below change by themselves.
  }, [])

  useEffect(() => calendar.current.changeView(view, date), [view, date])
  useEffect(() => calendar.current.setOption('timeZone', timeZone), [timeZone])
  useEffect(() => replaceChanged(calendar.current, shown.current, events), [events])

  return html`<div
    class="calendar"
    ref=${element}
    role="region"
    aria-label=${label}
    onKeyDown=${moveFocus}
  ></div>`
}

function replaceChanged(calendar, shown, events) {
  if (!events) return
  const isFirst = shown.size === 0
  const next = new Map(events.map((event) => [event.id, JSON.stringify(event)]))
  calendar.batchRendering(() => {
    for (const [id, text] of shown) if (next.get(id) !== text) calendar.getEventById(id)?.remove()
    for (const event of events) {
      if (shown.get(event.id) === next.get(event.id)) continue
      const classes = isFirst ? event.classes : [...event.classes, 'fresh']
      calendar.addEvent({ ...event, extendedProps: { ...event, classes } })
    }
  })
  shown.clear()
  for (const [id, text] of next) shown.set(id, text)
}

function movedTo({ event, revert }) {
  return {
    id: event.id,
    start: event.startStr,
    end: event.endStr || undefined,
    isAllDay: event.allDay,
    revert,
  }
}

function contentOf({ event, timeText, isShort, view }) {
  const { title, extendedProps } = event
  const { refusal, note, place } = extendedProps
  const isList = view.type.startsWith('list')
  return content`<div class=${`entry-text ${isShort ? 'short' : ''}`}>
    <span class="entry-title">${title}</span>
    ${note && content`<span class="entry-note">${isList ? note : refusal}</span>`}
    ${(isList || !note) && content`<span class="entry-time">${timeText}</span>`}
    ${(isList || !note) && place && content`<span class="entry-time">${place}</span>`}
  </div>`
}
