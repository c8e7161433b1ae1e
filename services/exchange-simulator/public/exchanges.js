import { useEffect, useRef, useState } from 'preact/hooks'
import { counted, durationText } from './ui/format.js'
import { html } from './ui/html.js'
import { request } from './ui/problem.js'
import { ExchangeText } from './exchange-text.js'

const searchAfterMs = 150

/** The last SOAP exchanges, newest first, with the whole text of the one that is chosen. */
export function Exchanges({ lastExchange, tell }) {
  const [search, setSearch] = useState('')
  const [{ list, upTo }, setShown] = useState({ list: undefined, upTo: 0 })
  const [chosen, setChosen] = useState()
  const [exchange, setExchange] = useState()

  async function load(words = search) {
    try {
      const found = await request(`/control/exchanges?search=${encodeURIComponent(words)}`)
      setShown({ list: found, upTo: lastExchange })
    } catch (error) {
      tell({ problem: error.problem })
    }
  }

  useEffect(() => {
    const timer = setTimeout(() => void load(), searchAfterMs)
    return () => clearTimeout(timer)
  }, [search])
  // While somebody reads, what is new waits.
  useEffect(() => {
    if (!chosen && lastExchange !== upTo) void load()
  }, [lastExchange, chosen])
  useEffect(() => {
    setExchange(undefined)
    if (chosen)
      request(`/control/exchanges/${String(chosen)}`).then(setExchange, ({ problem }) => tell({ problem }))
  }, [chosen])

  const waiting = Math.max(0, lastExchange - upTo)
  return html`<section class=${`exchanges ${chosen ? 'reading' : ''}`}>
    <div class="list">
      <div class="bar">
        <input
          class="input"
          type="search"
          placeholder="Search in everything that was said"
          aria-label="Search in the exchanges"
          value=${search}
          onInput=${(event) => setSearch(event.target.value)}
        />
        ${
          chosen && waiting > 0
            ? html`<button type="button" class="button" onClick=${() => void load()}>${waiting} new</button>`
            : html`<span class="quiet small">${list && counted(list.length, 'exchange')}</span>`
        }
      </div>
      ${list && (list.length === 0 ? html`<${Nothing} search=${search} />` : html`<${Rows} list=${list} chosen=${chosen} onChoose=${setChosen} />`)}
    </div>
    ${chosen && html`<${ExchangeText} exchange=${exchange} search=${search} onClose=${() => setChosen(undefined)} />`}
  </section>`
}

function Nothing({ search }) {
  return html`<div class="notice">
    <p class="title">${search ? 'No exchange holds these words' : 'Nobody has called yet'}</p>
    <p class="quiet">
      ${search ? 'The last 500 exchanges are searched.' : 'Each call of a client appears here, with what was asked and answered.'}
    </p>
  </div>`
}

function Rows({ list, chosen, onChoose }) {
  const body = useRef()
  const move = (event, index) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    const next = step && list[index + step]
    if (event.key === 'Escape') onChoose(undefined)
    if (!next) return
    event.preventDefault()
    onChoose(next.id)
    body.current.children[index + step].querySelector('button').focus()
  }
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>Time</th>
          <th>Operation</th>
          <th class="wide">Mailbox</th>
          <th>Outcome</th>
          <th class="number">Took</th>
        </tr>
      </thead>
      <tbody ref=${body}>
        ${list.map(
          ({ id, at, operation, mailbox, account, outcome, ms }, index) =>
            html`<tr key=${id} class=${id === chosen ? 'chosen' : ''} onClick=${() => onChoose(id)}>
              <td class="quiet"><time title=${new Date(at).toISOString()}>${clockText(at)}</time></td>
              <td>
                <button type="button" class="row" onKeyDown=${(event) => move(event, index)}>
                  ${operation}
                </button>
              </td>
              <td class="wide" title=${`as ${account}`}>${mailbox}</td>
              <td class=${outcome === 'NoError' ? 'quiet' : 'wrong'}>${outcome}</td>
              <td class="number quiet">${durationText(ms)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

export function clockText(at) {
  return new Date(at).toLocaleTimeString('en-GB', { hour12: false })
}
