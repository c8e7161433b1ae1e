const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
]
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'narrow' })

/** `840 ms`, `1.2 s`, `3 min`: a duration with its unit. */
export function durationText(ms) {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`
  if (ms < 60_000) return `${Math.round(ms / 1_000)} s`
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`
  return `${Math.floor(ms / 3_600_000)} h ${Math.round((ms % 3_600_000) / 60_000)} min`
}

/** `12s ago` */
export function agoText(ms, nowMs) {
  const passed = ms - nowMs
  if (passed > -5_000) return 'now'
  const [unit, length] = units.find(([, length]) => Math.abs(passed) >= length) ?? units.at(-1)
  return relative.format(Math.trunc(passed / length), unit)
}

/** An id cut in the middle, where ids differ least. */
export function shortId(id) {
  return id.length <= 16 ? id : `${id.slice(0, 8)}…${id.slice(-4)}`
}

/** `1 appointment`, `3 appointments` */
export function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
