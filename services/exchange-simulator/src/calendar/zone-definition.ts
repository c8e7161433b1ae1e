import { leaf, node, type Xml } from '../xml/build.ts'
import { rulesOf, type YearRules, type ZoneRule } from './zone-rules.ts'
import { displayNameOf, ianaOf } from './zones.ts'

/** The rules of a zone from one year on. */
type Era = { from: number; rules: YearRules }

const definitions = new Map<string, Xml>()
const firstYear = 2000
const lastYear = 2037

/** A time zone as Exchange returns it: id, display name, and its rules, year by year where they change. */
export function zoneDefinition(element: string, windowsId: string): Xml {
  const key = `${element}\0${windowsId}`
  const known = definitions.get(key)
  if (known) return known
  const definition = node(`t:${element}`, content(windowsId), {
    Id: windowsId,
    Name: displayNameOf(windowsId),
  })
  definitions.set(key, definition)
  return definition
}

function content(windowsId: string): Xml {
  const eras = erasOf(ianaOf(windowsId))
  const groups = eras.map((era, index) => node('t:TransitionsGroup', transitionsOf(era), { Id: index }))
  return (
    node('t:Periods', eras.map(periodsOf)) +
    node('t:TransitionsGroups', groups) +
    node('t:Transitions', eras.map(transitionTo))
  )
}

function erasOf(iana: string): Era[] {
  const eras: Era[] = []
  for (let year = firstYear; year <= lastYear; year++) {
    const rules = rulesOf(iana, year)
    const before = eras.at(-1)
    if (!before || JSON.stringify(before.rules) !== JSON.stringify(rules)) eras.push({ from: year, rules })
  }
  return eras
}

function periodsOf({ from, rules }: Era): Xml {
  const { standard, daylight } = rules
  return period('Standard', from, standard) + (daylight ? period('Daylight', from, daylight.offset) : '')
}

function period(name: 'Standard' | 'Daylight', from: number, offset: number): Xml {
  return node('t:Period', '', { Bias: duration(-offset), Name: name, Id: periodId(name, from) })
}

function periodId(name: string, from: number): string {
  return `trule:${from}-${name}`
}

function transitionsOf({ from, rules: { daylight } }: Era): Xml {
  if (!daylight) return node('t:Transition', to('Period', periodId('Standard', from)))
  const { toDaylight, toStandard } = daylight
  const pair = [
    dayTransition(periodId('Daylight', from), toDaylight),
    dayTransition(periodId('Standard', from), toStandard),
  ]
  return (toDaylight.month < toStandard.month ? pair : pair.reverse()).join('')
}

function dayTransition(target: string, { month, day, occurrence, minutes }: ZoneRule): Xml {
  return node('t:RecurringDayTransition', [
    to('Period', target),
    leaf('t:TimeOffset', duration(minutes)),
    leaf('t:Month', month),
    leaf('t:DayOfWeek', day),
    leaf('t:Occurrence', occurrence),
  ])
}

/** The first group holds from the beginning of time. */
function transitionTo({ from }: Era, index: number): Xml {
  if (index === 0) return node('t:Transition', to('Group', '0'))
  const since = leaf('t:DateTime', `${from}-01-01T00:00:00`)
  return node('t:AbsoluteDateTransition', to('Group', String(index)) + since)
}

function to(kind: 'Period' | 'Group', target: string): Xml {
  return leaf('t:To', target, { Kind: kind })
}

function duration(minutesLong: number): string {
  const size = Math.abs(minutesLong)
  return `${minutesLong < 0 ? '-' : ''}PT${Math.floor(size / 60)}H${size % 60}M0S`
}
