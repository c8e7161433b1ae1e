import { spanOf } from './appointment-times.js'
import { counted } from './ui/format.js'

/** The answer first: whether both calendars hold the same, and what stays where it is. */
export function inStepText(application, exchange) {
  if (!application.entries || !exchange.entries) {
    if (application.problem || exchange.problem) return 'The two calendars cannot be compared now.'
    return 'Comparing the two calendars …'
  }
  const silent = [application, exchange].filter(({ problem, stream }) => problem || stream === 'broken')
  const names = silent.map(({ title }) => title).join(' and ')
  const compared = comparedText(application, exchange)
  if (names) return `${names} not live. Last seen: ${compared}`
  return compared.charAt(0).toUpperCase() + compared.slice(1)
}

function comparedText(application, exchange) {
  const ours = admitted(application.entries)
  const theirs = admitted(exchange.entries)
  const under = difference(ours, theirs) + difference(theirs, ours)
  const staying =
    stayingText(exchange.entries.length - theirs.length, 'in Exchange') +
    stayingText(application.entries.length - ours.length, 'in the application')

  if (ours.length + theirs.length === 0) {
    return `both calendars are empty.${staying} Drag over a day on either side to make the first appointment.`
  }
  if (under === 0) return `in step: ${counted(ours.length, 'appointment')} on both sides.${staying}`
  return `${counted(under, 'difference')} between the two sides, under way.${staying}`
}

function stayingText(count, where) {
  return count === 0 ? '' : ` ${count} ${count === 1 ? 'stays' : 'stay'} ${where}.`
}

/** Everything that may cross, in a form that is the same on both sides. */
function admitted(entries) {
  return entries
    .filter(({ refusal }) => !refusal)
    .map(({ appointment }) => {
      const { start, end } = spanOf(appointment)
      return [appointment.subject, appointment.location, start, end].join('\n')
    })
}

/** How many of `these` are not among `those`. */
function difference(these, those) {
  const rest = [...those]
  return these.filter((text) => {
    const index = rest.indexOf(text)
    if (index >= 0) rest.splice(index, 1)
    return index < 0
  }).length
}
