/** What each fault does, in words, and what it wants to know: name, word and a first value. */
export const faultKinds = [
  {
    title: 'The server is busy',
    kinds: [
      ['busyFault', 'ErrorServerBusy for the whole call', [['backOffMs', 'hint in ms (empty: none)', '']]],
      ['busyItem', 'ErrorServerBusy for each item', [['backOffMs', 'hint in ms (empty: none)', '']]],
      [
        'busyWrapped',
        'ErrorServerBusy inside an internal error',
        [['backOffMs', 'hint in ms (empty: none)', '']],
      ],
      ['unavailable', 'HTTP 503', [['retryAfterSeconds', 'Retry-After in s (empty: none)', '']]],
    ],
  },
  {
    title: 'Answers get lost or broken',
    kinds: [
      ['dropBeforeEffect', 'The connection breaks before anything happens', []],
      ['dropAfterEffect', 'It happens, and the answer is lost', []],
      [
        'lateEffect',
        'The connection breaks, and it happens later',
        [['effectAfterMs', 'later by ms', '5000']],
      ],
      ['halfAnswer', 'It happens, and half of the answer comes back', []],
      ['malformedXml', 'It happens, and the answer is broken XML', []],
      ['emptyError', 'HTTP 500 without a body', []],
      ['htmlError', 'HTTP 500 with an HTML page', []],
    ],
  },
  {
    title: 'Errors by code',
    kinds: [
      ['fault', 'Any code for the whole call', [['code', 'code', 'ErrorInternalServerTransientError']]],
      ['error', 'Any code for each item', [['code', 'code', 'ErrorMailboxStoreUnavailable']]],
    ],
  },
  {
    title: 'Time',
    kinds: [
      ['latency', 'Calls take longer', [['ms', 'ms, from-to, or p50/p99', '200']]],
      ['clockSkew', 'The server’s clock is wrong', [['ms', 'ahead by ms', '-90000']]],
    ],
  },
  {
    title: 'The server and its mailboxes',
    kinds: [
      ['refuseConnections', 'No connection is taken', []],
      ['restart', 'The server goes down in the middle of a call', [['downMs', 'down for ms', '3000']]],
      ['mailboxMove', 'The mailbox of the call moves away for a while', [['awayMs', 'away for ms', '10000']]],
    ],
  },
  {
    title: 'Synchronisations say what is not so',
    kinds: [
      ['falseDelete', 'What changed is told as deleted', []],
      ['incompleteListing', 'One from the start leaves out every other item', []],
    ],
  },
  {
    title: 'Push notifications',
    kinds: [
      ['notificationLost', 'are lost', []],
      ['notificationDoubled', 'come twice', []],
      ['notificationDelayed', 'come late', [['ms', 'late by ms', '5000']]],
      ['notificationReordered', 'come in another order', []],
    ],
  },
]

/** What the control API wants of what was typed. An empty field is left out. */
export function optionsOf(kind, typed) {
  const options = { kind }
  for (const [name, text] of Object.entries(typed)) {
    const value = text.trim()
    if (value !== '') options[name] = valueOf(name, value)
  }
  return options
}

function valueOf(name, value) {
  if (['code', 'operation', 'mailbox'].includes(name)) return value
  const [, fromMs, toMs] = /^(\d+)\s*-\s*(\d+)$/.exec(value) ?? []
  if (toMs) return { fromMs: Number(fromMs), toMs: Number(toMs) }
  const [, p50Ms, p99Ms] = /^(\d+)\s*\/\s*(\d+)$/.exec(value) ?? []
  return p99Ms ? { p50Ms: Number(p50Ms), p99Ms: Number(p99Ms) } : Number(value)
}
