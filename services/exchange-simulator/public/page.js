import { render } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { counted } from './ui/format.js'
import { html } from './ui/html.js'
import { liveStream } from './ui/live-stream.js'
import { Pulse, Segments, Toasts } from './ui/parts.js'
import { Calendars } from './calendars.js'
import { Exchanges } from './exchanges.js'
import { Faults } from './faults.js'
import { Limits } from './limits.js'
import { Mails } from './mails.js'
import { Subscriptions } from './subscriptions.js'

const places = {
  exchanges: ['Exchanges', Exchanges],
  calendars: ['Calendars', Calendars],
  subscriptions: ['Subscriptions', Subscriptions],
  mails: ['Mails', Mails],
  faults: ['Faults', Faults],
  limits: ['Limits', Limits],
}

function Page() {
  const [place, setPlace] = usePlace()
  const [stream, setStream] = useState('connecting')
  const [live, setLive] = useState()
  const { toasts, tell, close } = useToasts()
  useEffect(() => liveStream('/control/live', { onState: setStream, onMessage: setLive }), [])
  const [, Place] = places[place]
  return html`<header class="top">
      <h1>
        <span class="mark" aria-hidden="true"></span>Lockstep <span class="quiet">Exchange simulator</span>
      </h1>
      <${Pulse} state=${stream} />
    </header>
    <main>
      <p class="answer">${live ? answerText(live.overview) : ' '}</p>
      <nav class="places" aria-label="Parts of the simulator">
        <${Segments}
          label="Show"
          options=${Object.entries(places).map(([key, [word]]) => [key, word])}
          value=${place}
          onChange=${setPlace}
        />
      </nav>
      ${live && html`<${Place} overview=${live.overview} lastExchange=${live.lastExchange} tell=${tell} />`}
    </main>
    <${Toasts} toasts=${toasts} onClose=${close} />`
}

function answerText({ mailboxes, totalCalls, faults, subscriptions }) {
  const set = faults.active.length
  const items = mailboxes.reduce((sum, { items }) => sum + items, 0)
  const odd = mailboxes.filter(({ state }) => state).length
  const trouble = [
    set > 0 && `${counted(set, 'fault')} set`,
    odd > 0 && `${odd} of the mailboxes not as usual`,
  ]
  const wrong = trouble.filter(Boolean).join(', ')
  const size = `${mailboxes.length.toLocaleString('en')} mailboxes with ${counted(items, 'item')}, ${counted(subscriptions.length, 'subscription')}, ${counted(totalCalls, 'call')} answered.`
  return `${wrong ? `${wrong[0].toUpperCase()}${wrong.slice(1)}. ` : 'Nothing is set to go wrong. '}${size}`
}

/** The part of the page that is shown; it stands in the address, so that a reload keeps it. */
function usePlace() {
  const read = () =>
    location.hash.slice(1).split('/')[0] in places ? location.hash.slice(1).split('/')[0] : 'exchanges'
  const [place, setPlace] = useState(read)
  useEffect(() => {
    const follow = () => setPlace(read())
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  return [place, (next) => (location.hash = next)]
}

function useToasts() {
  const [toasts, setToasts] = useState([])
  const close = (id) => setToasts((shown) => shown.filter((toast) => toast.id !== id))
  const tell = (toast) => {
    const id = Math.random()
    setToasts((shown) => [...shown.slice(-2), { ...toast, id }])
    if (!toast.problem) setTimeout(() => close(id), 6_000)
  }
  return { toasts, tell, close }
}

render(html`<${Page} />`, document.querySelector('#page'))
