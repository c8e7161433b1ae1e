import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { liveStream } from './ui/live-stream.js'
import { request } from './ui/problem.js'

/** Why an item stays where it is, in a word or two. */
const refusals = {
  private: 'private',
  confidential: 'confidential',
  recurring: 'repeats',
  attendeeCopy: "another mailbox's meeting",
}

export function refusalText(refusal) {
  return refusals[refusal] ?? refusal
}

/** One appointment of a calendar, whichever side it is on. */
function toEntry(id, appointment) {
  const { sensitivity, recurrence } = appointment
  const isPrivate = sensitivity === 'private' || sensitivity === 'confidential'
  return { id, appointment, refusal: isPrivate ? sensitivity : recurrence ? 'recurring' : undefined }
}

const encode = encodeURIComponent
const { mailboxes } = JSON.parse(document.querySelector('#settings').textContent)

/** An attendee's copy of a meeting whose organiser is in step too stays: the organiser's item is the appointment. */
function toItemEntry(item, mailbox) {
  const entry = toEntry(item.itemId, item)
  const organizer = item.isMeeting ? item.organizer?.toLowerCase() : undefined
  const isCopy = organizer && organizer !== mailbox.toLowerCase() && mailboxes.includes(organizer)
  return isCopy && !entry.refusal ? { ...entry, refusal: 'attendeeCopy' } : entry
}

/** How each side is asked, told and listened to. */
export const sides = {
  application: {
    title: 'Application',
    phrase: 'the application',
    list: (mailbox) => `/api/appointments?mailbox=${encode(mailbox)}`,
    stream: (mailbox) => `/api/events?mailbox=${encode(mailbox)}`,
    entries: ({ appointments }) =>
      appointments.map(({ appointmentId, appointment }) => toEntry(appointmentId, appointment)),
    create: (mailbox, appointment) =>
      request('/api/appointments', { method: 'POST', body: { mailbox, appointment } }),
    change: (_mailbox, id, body) => request(`/api/appointments/${encode(id)}`, { method: 'PATCH', body }),
    cancel: (_mailbox, id) => request(`/api/appointments/${encode(id)}`, { method: 'DELETE' }),
  },
  exchange: {
    title: 'Exchange',
    phrase: 'Exchange',
    list: (mailbox) => `/exchange/calendars/${encode(mailbox)}`,
    stream: () => '/exchange/events',
    names: ['message', 'created', 'modified', 'moved', 'deleted'],
    entries: (items, mailbox) => items.map((item) => toItemEntry(item, mailbox)),
    create: (mailbox, body) => request(`/exchange/calendars/${encode(mailbox)}`, { method: 'POST', body }),
    change: (mailbox, id, body) =>
      request(`/exchange/calendars/${encode(mailbox)}/${encode(id)}`, { method: 'PATCH', body }),
    cancel: (mailbox, id) =>
      request(`/exchange/calendars/${encode(mailbox)}/${encode(id)}`, { method: 'DELETE' }),
  },
}

/** The entries of one side's calendar, kept up to date: `entries` is undefined until they were loaded once. */
export function useSide(name, mailbox) {
  const side = sides[name]
  const [entries, setEntries] = useState()
  const [problem, setProblem] = useState()
  const [stream, setStream] = useState('connecting')
  const loading = useRef(0)

  const load = useCallback(async () => {
    const turn = ++loading.current
    try {
      const answer = await request(side.list(mailbox))
      if (turn !== loading.current) return
      setEntries(side.entries(answer, mailbox))
      setProblem(undefined)
    } catch (error) {
      if (turn === loading.current) setProblem(error.problem)
    }
  }, [side, mailbox])

  useEffect(() => {
    setEntries(undefined)
    setProblem(undefined)
    void load()
    return liveStream(side.stream(mailbox), {
      names: side.names,
      onState: setStream,
      onOpen: load,
      onMessage: (event) => event.mailbox === mailbox && load(),
    })
  }, [side, mailbox, load])

  return { ...side, name, entries, problem, stream, load }
}
