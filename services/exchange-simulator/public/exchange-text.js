import { useMemo, useState } from 'preact/hooks'
import { durationText } from './ui/format.js'
import { html } from './ui/html.js'
import { Segments } from './ui/parts.js'
import { linesOf } from './pretty-xml.js'

const mostLines = 4_000

/** Both sides of one exchange, indented, with what was searched for marked. */
export function ExchangeText({ exchange, search, onClose }) {
  const [side, setSide] = useState('answer')
  if (!exchange) return html`<article class="text"><p class="quiet">Loading…</p></article>`
  const { operation, account, mailbox, outcome, ms, at, status } = exchange
  return html`<article class="text" aria-label=${`${operation}, ${outcome}`}>
    <header class="bar">
      <h2>${operation}</h2>
      <${Segments}
        label="Side"
        options=${[
          ['request', 'Request'],
          ['answer', 'Answer'],
        ]}
        value=${side}
        onChange=${setSide}
      />
      <button
        type="button"
        class="button plain"
        onClick=${() => navigator.clipboard?.writeText(exchange[side])}
      >
        Copy
      </button>
      <button type="button" class="button plain square" aria-label="Close" onClick=${onClose}>×</button>
    </header>
    <p class="small quiet" title=${new Date(at).toISOString()}>
      ${`${outcome}${status ? ` (HTTP ${status})` : ''} after ${durationText(ms)}, for ${mailbox}, by ${account}`}
    </p>
    <${Xml} key=${`${exchange.id} ${side}`} document=${exchange[side]} search=${search} />
  </article>`
}

function Xml({ document, search }) {
  const lines = useMemo(() => linesOf(document), [document])
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  if (document === '') return html`<p class="notice">Nothing went over the wire on this side.</p>`
  return html`<pre tabindex="0">
${lines
  .slice(0, mostLines)
  .map(
    ({ depth, tokens }) =>
      html`<span class=${`line depth-${Math.min(depth, 12)}`}
        >${tokens.map(([kind, text]) => html`<span class=${kind}>${marked(text, words)}</span>`)}</span
      >`,
  )}</pre>
    ${lines.length > mostLines && html`<p class="quiet small">${lines.length - mostLines} more lines: copy the text to read all.</p>`}`
}

function marked(text, words) {
  const word = words.find((wanted) => text.toLowerCase().includes(wanted))
  if (!word) return text
  const at = text.toLowerCase().indexOf(word)
  const end = at + word.length
  return [
    text.slice(0, at),
    html`<mark>${text.slice(at, end)}</mark>`,
    ...[marked(text.slice(end), words)].flat(),
  ]
}
