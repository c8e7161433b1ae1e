import { leaf, node, type Xml } from '../xml/build.ts'
import { displayNameOf, ianaOf } from './zones.ts'

type Rule = { month: number; day: string; occurrence: number; time: string }
type Rules = { standardOffset: number; daylightOffset: number; toDaylight: Rule; toStandard: Rule }

const definitions = new Map<string, Xml>()
const hourMs = 3_600_000

/** A time zone as Exchange returns it: id, display name, and the rules of the present year. */
export function zoneDefinition(element: string, windowsId: string): Xml {
  const key = `${element}\0${windowsId}`
  const known = definitions.get(key)
  if (known) return known
  const rules = rulesOf(ianaOf(windowsId))
  const content = typeof rules === 'number' ? fixedZone(rules) : changingZone(rules)
  const definition = node(`t:${element}`, content, { Id: windowsId, Name: displayNameOf(windowsId) })
  definitions.set(key, definition)
  return definition
}

function fixedZone(offset: number): Xml {
  return (
    node('t:Periods', period('Standard', offset)) +
    node('t:TransitionsGroups', node('t:TransitionsGroup', transition('Period', standardId), { Id: 0 })) +
    node('t:Transitions', transition('Group', '0'))
  )
}

function changingZone(rules: Rules): Xml {
  const group = [dayTransition(standardId, rules.toStandard), dayTransition(daylightId, rules.toDaylight)]
  const inOrder = rules.toDaylight.month < rules.toStandard.month ? group.reverse() : group
  return (
    node('t:Periods', period('Standard', rules.standardOffset) + period('Daylight', rules.daylightOffset)) +
    node('t:TransitionsGroups', node('t:TransitionsGroup', inOrder, { Id: 0 })) +
    node('t:Transitions', transition('Group', '0'))
  )
}

const standardId = 'trule:Standard'
const daylightId = 'trule:Daylight'

function period(name: 'Standard' | 'Daylight', offsetMinutes: number): Xml {
  return node('t:Period', '', { Bias: duration(-offsetMinutes), Name: name, Id: `trule:${name}` })
}

function transition(kind: 'Period' | 'Group', to: string): Xml {
  return node('t:Transition', leaf('t:To', to, { Kind: kind }))
}

function dayTransition(to: string, rule: Rule): Xml {
  return node('t:RecurringDayTransition', [
    leaf('t:To', to, { Kind: 'Period' }),
    leaf('t:TimeOffset', rule.time),
    leaf('t:Month', rule.month),
    leaf('t:DayOfWeek', rule.day),
    leaf('t:Occurrence', rule.occurrence),
  ])
}

/** The offset in minutes of a zone that does not change, or the rules by which it does. */
function rulesOf(iana: string): number | Rules {
  const year = new Date().getUTCFullYear()
  const first = Temporal.ZonedDateTime.from({ timeZone: iana, year, month: 1, day: 1 })
  const changes: Temporal.ZonedDateTime[] = []
  let next = first.getTimeZoneTransition('next')
  while (next && next.year === year && changes.length < 2) {
    changes.push(next)
    next = next.getTimeZoneTransition('next')
  }
  const [one, other] = changes
  if (!one || !other) return minutes(first)
  const [toDaylight, toStandard] = minutes(one) > minutes(other) ? [one, other] : [other, one]
  return {
    standardOffset: minutes(toStandard),
    daylightOffset: minutes(toDaylight),
    toDaylight: ruleOf(toDaylight, minutes(toStandard)),
    toStandard: ruleOf(toStandard, minutes(toDaylight)),
  }
}

function ruleOf(change: Temporal.ZonedDateTime, offsetBefore: number): Rule {
  // The rule names the wall clock that people see just before the change.
  const wallClock = new Date(change.epochMilliseconds + offsetBefore * 60_000)
  const isLast = wallClock.getUTCDate() + 7 > change.daysInMonth
  return {
    month: wallClock.getUTCMonth() + 1,
    day:
      ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'][wallClock.getUTCDay()] ??
      'Sunday',
    occurrence: isLast ? -1 : Math.ceil(wallClock.getUTCDate() / 7),
    time: duration((wallClock.getTime() % (24 * hourMs)) / 60_000),
  }
}

function minutes(moment: Temporal.ZonedDateTime): number {
  return moment.offsetNanoseconds / 60e9
}

function duration(minutesLong: number): string {
  const size = Math.abs(minutesLong)
  return `${minutesLong < 0 ? '-' : ''}PT${Math.floor(size / 60)}H${size % 60}M0S`
}
