import { useEffect, useReducer, useRef, useState } from 'preact/hooks'
import { agoText, counted, durationText } from './ui/format.js'
import { html } from './ui/html.js'
import { liveStream } from './ui/live-stream.js'
import { Id, Pulse } from './ui/parts.js'
import { StepLine } from './ui/step-line.js'

const KEPT = 12

/** What each step means, and whether the way ends with it. */
const steps = {
  accepted: { meaning: 'Lockstep stored the event' },
  started: { meaning: 'A worker took it up' },
  written: { meaning: 'Exchange holds it' },
  settled: { meaning: 'Both sides are noted as the same', state: 'done', isEnd: true },
  notified: { meaning: 'Exchange told that something changed' },
  synced: { meaning: 'The changes of the mailbox were listed' },
  read: { meaning: 'The item was read from Exchange' },
  delivered: { meaning: 'The application took the change', state: 'done', isEnd: true },
  withdrawn: { meaning: 'The application took it off its calendar', state: 'done', isEnd: true },
  reversed: { meaning: 'People chose the other value of a conflict', isEnd: true },
  echo: { meaning: 'Recognised as our own write', isEnd: true, isQuiet: true },
  postponed: { meaning: 'It is tried again later', state: 'postponed' },
  parked: { meaning: 'It could not succeed and waits for an operator', state: 'parked', isEnd: true },
  stale: { meaning: 'Lockstep has a newer version already', isEnd: true },
  refused: { meaning: 'It may not cross and stays where it is', state: 'refused', isEnd: true },
}

/** The last changes, newest first, each with its steps. Entries come from Lockstep's trail, in the order of their time. */
function withEntries(ways, entries) {
  const next = new Map(ways.map((way) => [way.key, way]))
  for (const entry of entries) {
    const { at, id, step, reason } = entry
    const way = [...next.values()].find(({ seen }) => seen[id]) ?? openWay(next, entry) ?? newWay(entry)
    next.set(way.key, { ...way, seen: { ...way.seen, [id]: { step, atMs: Date.parse(at), reason } } })
  }
  return [...next.values()].toSorted((a, b) => b.startMs - a.startMs).slice(0, 3 * KEPT)
}

/** An event's way is named by its version. What comes from Exchange gets its revision only at the end. */
function openWay(ways, { direction, appointmentId, version, step }) {
  if (direction === 'outbound') return ways.get(`outbound ${appointmentId} ${version}`)
  if (step === 'notified') return undefined
  return [...ways.values()].findLast(
    (way) => way.direction === direction && way.appointmentId === appointmentId && !isEnded(way),
  )
}

function newWay({ direction, appointmentId, version, at }) {
  const key = `${direction} ${appointmentId} ${version ?? at}`
  return { key, appointmentId, direction, startMs: Date.parse(at), seen: {} }
}

function isEnded({ seen }) {
  return Object.values(seen).some(({ step }) => steps[step]?.isEnd)
}

/** Echoes of our own writes say nothing new, and what comes from Exchange may be one until it has ended. */
function isShown(way) {
  const taken = Object.values(way.seen).map(({ step }) => step)
  if (taken.some((step) => steps[step]?.isQuiet)) return false
  return way.direction === 'outbound' || isEnded(way) || taken.includes('postponed')
}

function reduce(ways, { type, entries }) {
  return type === 'clear' ? [] : withEntries(ways, entries)
}

function useWays(mailbox) {
  const [ways, dispatch] = useReducer(reduce, [])
  const [stream, setStream] = useState('connecting')

  useEffect(() => {
    dispatch({ type: 'clear' })
    return liveStream(`/lockstep/trail?mailbox=${encodeURIComponent(mailbox)}`, {
      onState: setStream,
      onMessage: (data) => dispatch({ type: 'add', entries: data.entries ?? [data] }),
    })
  }, [mailbox])
  return { ways: ways.filter(isShown).slice(0, KEPT), stream }
}

/** Each change of the last minutes as a line of steps. New ones wait behind a button while somebody reads. */
export function Ways({ mailbox, subjectOf }) {
  const { ways, stream } = useWays(mailbox)
  const { visible, waiting, show, reading } = useQuietList(ways)
  const nowMs = useNow()

  return html`<section class="ways" aria-labelledby="ways-title">
    <header class="bar">
      <h2 id="ways-title">The way of the last changes</h2>
      <${Pulse} state=${stream} />
      ${
        waiting > 0 &&
        html`<button type="button" class="button small" onClick=${show}>
          ${counted(waiting, 'new change')}
        </button>`
      }
    </header>
    <div ...${reading}>
      ${
        visible.length === 0
          ? html`<p class="empty">
              ${
                stream === 'broken'
                  ? "Lockstep's ingress does not answer. What you change is kept and sent once it is back."
                  : 'Change something in either calendar: here you see each step it takes, and how long each took.'
              }
            </p>`
          : html`<ol class="way-list">
              ${visible.map(
                (way) =>
                  html`<${Way}
                    key=${way.key}
                    way=${way}
                    subject=${subjectOf(way.appointmentId)}
                    nowMs=${nowMs}
                  />`,
              )}
            </ol>`
      }
    </div>
  </section>`
}

function Way({ way, subject, nowMs }) {
  const line = Object.values(way.seen).toSorted((a, b) => a.atMs - b.atMs)
  const last = line.at(-1)
  const { isEnd = false } = steps[last.step] ?? {}
  const reason = line.findLast((entry) => entry.reason)?.reason
  const direction = way.direction === 'outbound' ? ['Application', 'Exchange'] : ['Exchange', 'Application']
  return html`<li class="way">
    <div class="way-head">
      <span class="way-subject">${subject ?? html`<${Id} id=${way.appointmentId} />`}</span>
      <span class="quiet small">
        ${direction[0]} <span aria-label="to">→</span> ${direction[1]} ·${' '}
        <time
          dateTime=${new Date(way.startMs).toISOString()}
          title=${new Date(way.startMs).toLocaleString('en-GB')}
        >
          ${agoText(way.startMs, nowMs)}
        </time>
      </span>
    </div>
    <div class="way-line">
      <${StepLine}
        label=${`Steps from ${direction.join(' to ')}`}
        isOpen=${!isEnd}
        steps=${line.map(stepOf)}
      />
      ${reason && last.step !== 'settled' && last.step !== 'delivered' && html`<p class="small reason">${reason}</p>`}
    </div>
    <b class="way-total">${isEnd ? durationText(last.atMs - way.startMs) : 'under way'}</b>
  </li>`
}

function stepOf({ step, atMs, reason }) {
  const { state = '', meaning = step } = steps[step] ?? {}
  return { name: step, atMs, state, meaning: reason ? `${meaning}: ${reason}` : meaning }
}

/** Shows a list as it is, but keeps rows that are new out of it while the pointer or the focus is in it. */
function useQuietList(ways) {
  const [isReading, setReading] = useState(false)
  const known = useRef(new Set())
  if (!isReading) known.current = new Set(ways.map(({ key }) => key))
  const visible = ways.filter(({ key }) => known.current.has(key))
  return {
    visible,
    waiting: ways.length - visible.length,
    show: () => setReading(false),
    reading: {
      onPointerEnter: ({ pointerType }) => pointerType === 'mouse' && setReading(true),
      onPointerLeave: () => setReading(false),
      onFocusIn: () => setReading(true),
      onFocusOut: () => setReading(false),
    },
  }
}

function useNow() {
  const [nowMs, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000)
    return () => clearInterval(timer)
  }, [])
  return nowMs
}
