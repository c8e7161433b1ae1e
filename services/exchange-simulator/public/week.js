import { html } from './ui/html.js'

const dayMs = 86_400_000
const hour = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const isoDate = new Intl.DateTimeFormat('sv-SE')
const dayName = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'short' })

/** A week as a list of days, in the browser's time zone. */
export function Week({ items, monday }) {
  const days = Array.from({ length: 7 }, (_, index) => {
    const from = new Date(monday.getFullYear(), monday.getMonth(), monday.getDate() + index)
    return { from, items: items.filter((item) => touches(item, from)).sort(byStart) }
  })
  return html`<ol class="week">
      ${days.map(
        ({ from, items }) =>
          html`<li key=${from.getTime()} class=${isToday(from) ? 'today' : ''}>
            <h3>${dayName.format(from)}</h3>
            ${
              items.length === 0
                ? html`<p class="quiet small">–</p>`
                : html`<ul>
                    ${items.map((item) => html`<${Entry} key=${item.itemId} item=${item} />`)}
                  </ul>`
            }
          </li>`,
      )}
    </ol>
    <p class="quiet small">Times in ${Intl.DateTimeFormat().resolvedOptions().timeZone}.</p>`
}

function Entry({ item }) {
  const { subject, location, start, end, isAllDay, sensitivity } = item
  const marks = marksOf(item)
  const time = isAllDay
    ? 'all day'
    : `${hour.format(new Date(start.instant))}–${hour.format(new Date(end.instant))}`
  return html`<li class=${`entry ${sensitivity === 'normal' ? '' : 'hatched'}`}>
    <span class="time quiet">${time}</span>
    <span class="what">
      ${subject || html`<i class="quiet">no subject</i>`}
      ${location && html`<span class="quiet"> · ${location}</span>`}
      ${marks.length > 0 && html`<span class="quiet small"> (${marks.join(', ')})</span>`}
    </span>
  </li>`
}

/** What is not as usual, in words. */
function marksOf({ sensitivity, showAs, isCancelled, stamped }) {
  return [
    sensitivity !== 'normal' && sensitivity,
    showAs !== 'busy' && showAs,
    isCancelled && 'cancelled',
    stamped && 'stamped',
  ].filter(Boolean)
}

/** An all-day item lies on the days of its own zone, wherever it is looked at. */
function touches({ start, end, isAllDay }, from) {
  if (isAllDay) {
    const day = isoDate.format(from)
    return start.dateTime.slice(0, 10) <= day && day < end.dateTime.slice(0, 10)
  }
  const [begin, finish] = [Date.parse(start.instant), Date.parse(end.instant)]
  return begin < from.getTime() + dayMs && (finish > from.getTime() || begin === finish)
}

function byStart(left, right) {
  return Date.parse(left.start.instant) - Date.parse(right.start.instant)
}

function isToday(day) {
  return day.toDateString() === new Date().toDateString()
}
