import { useEffect, useState } from 'preact/hooks'
import { counted } from './ui/format.js'
import { html } from './ui/html.js'
import { request } from './ui/problem.js'
import { useSearch } from './table.js'
import { Week } from './week.js'

const states = [
  ['', 'as usual'],
  ['disabled', 'disabled'],
  ['missing', 'missing'],
  ['full', 'full'],
  ['moving', 'being moved'],
]
const dayMs = 86_400_000

/** The mailboxes, and a week of the one that is chosen. */
export function Calendars({ overview, lastExchange, tell }) {
  const { mailboxes } = overview
  const [shown, field] = useSearch(mailboxes, ({ address, name }) => [address, name])
  const [address, setAddress] = useState(mailboxes[0]?.address)
  const [monday, setMonday] = useState(() => mondayOf(new Date()))
  const [items, setItems] = useState()
  const chosen = mailboxes.find((mailbox) => mailbox.address === address)

  useEffect(() => {
    if (!address) return
    const to = new Date(monday.getTime() + 7 * dayMs)
    const path = `/control/agenda/${encodeURIComponent(address)}?from=${monday.toISOString()}&to=${to.toISOString()}`
    request(path).then(setItems, ({ problem }) => tell({ problem }))
  }, [address, monday, chosen?.items, lastExchange])

  async function change(kind) {
    const path = `/control/mailboxes/${encodeURIComponent(address)}/state`
    try {
      await request(path, kind ? { method: 'PUT', body: { kind } } : { method: 'DELETE' })
    } catch (error) {
      tell({ problem: error.problem })
    }
  }
  const step = (weeks) => setMonday(new Date(monday.getTime() + weeks * 7 * dayMs))
  return html`<section class="calendars">
    <div class="list">
      <div class="bar">${field}</div>
      <ul class="mailboxes scroll">
        ${shown.map(
          ({ address: own, name, items, state }) =>
            html`<li key=${own}>
              <button
                type="button"
                class="row"
                aria-pressed=${String(own === address)}
                onClick=${() => setAddress(own)}
              >
                <span><b>${name}</b><br /><span class="quiet small">${own}</span></span>
                <span class="small quiet"
                  >${state ? html`<span class="wrong">${state.kind}</span>` : counted(items, 'item')}</span
                >
              </button>
            </li>`,
        )}
      </ul>
    </div>
    <div class="agenda">
      <div class="bar">
        <button type="button" class="button square" aria-label="The week before" onClick=${() => step(-1)}>
          ‹
        </button>
        <button type="button" class="button" onClick=${() => setMonday(mondayOf(new Date()))}>
          This week
        </button>
        <button type="button" class="button square" aria-label="The week after" onClick=${() => step(1)}>
          ›
        </button>
        <b class="grow">${weekText(monday)}</b>
        <label class="labelled small quiet">
          The mailbox is
          <select
            class="input bare"
            value=${chosen?.state?.kind ?? ''}
            onChange=${(event) => void change(event.target.value)}
          >
            ${states.map(([kind, word]) => html`<option value=${kind}>${word}</option>`)}
            ${chosen?.state?.kind === 'moved' && html`<option value="moved">on another server</option>`}
          </select>
        </label>
      </div>
      ${items && html`<${Week} items=${items} monday=${monday} />`}
    </div>
  </section>`
}

function mondayOf(date) {
  const day = new Date(date.getFullYear(), date.getMonth(), date.getDate())
  return new Date(day.getTime() - ((day.getDay() + 6) % 7) * dayMs)
}

function weekText(monday) {
  const sunday = new Date(monday.getTime() + 6 * dayMs)
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' }).formatRange(
    monday,
    sunday,
  )
}
