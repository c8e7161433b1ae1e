import { EwsError } from '../soap/errors.ts'
import type { CalendarItem } from '../store/item.ts'
import { bodyAs } from './body.ts'

type Texts = (item: CalendarItem) => readonly (string | null)[]

/** The properties that a query can name. */
const properties: Readonly<Record<string, Texts>> = {
  subject: ({ subject }) => [subject],
  body: bodyOf,
  location: ({ location }) => [location],
  category: ({ categories }) => categories,
  organizer: ({ organizer }) => [organizer.name, organizer.address],
  from: ({ organizer }) => [organizer.name, organizer.address],
  participants: ({ attendees }) => attendees.flatMap(({ name, address }) => [name, address]),
}
const everything: Texts = (item) => Object.values(properties).flatMap((texts) => texts(item))

const term = /(?:(\w+):)?(?:"([^"]*)"|([^\s"]+))/g

/**
 * Compiles the plain part of Advanced Query Syntax: words and phrases, each with
 * or without a property before it, all of which must occur. Words match as prefixes.
 */
export function compileQuery(query: string): (item: CalendarItem) => boolean {
  const tests = [...query.matchAll(term)].map(([, property, phrase, word]) => {
    const texts = property === undefined ? everything : properties[property.toLowerCase()]
    if (!texts || word === 'OR' || word === 'NOT' || word?.includes('(')) {
      throw new EwsError('ErrorInvalidOperation', 'The simulator knows no such query string.')
    }
    const wanted = (phrase ?? word ?? '').replace(/\*$/, '').toLowerCase()
    return (item: CalendarItem): boolean =>
      word === 'AND' || texts(item).some((text) => occursIn(text, wanted))
  })
  return (item) => tests.every((test) => test(item))
}

function occursIn(text: string | null, wanted: string): boolean {
  if (text === null) return false
  const lower = text.toLowerCase()
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(lower[at - 1] ?? '')) return true
  }
  return false
}

function bodyOf({ body }: CalendarItem): (string | null)[] {
  return [body ? bodyAs(body, 'Text').content : null]
}
