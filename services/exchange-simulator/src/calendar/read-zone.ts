import { EwsError } from '../soap/errors.ts'
import { child, childText, type Element } from '../xml/element.ts'
import { rulesOf, type YearRules, type ZoneRule } from './zone-rules.ts'
import { allWindowsZones, ianaOf, windowsZone } from './zones.ts'

/** The Windows zone that a definition names or, if its id is of its own making, whose rules it has. */
export function readZone(element: Element): string {
  const zone = windowsZone(element.attributes['Id'] ?? '') ?? zoneOfDefinition(element)
  if (!zone) throw new EwsError('ErrorTimeZone', 'The specified time zone is not valid.')
  return zone
}

function zoneOfDefinition(element: Element): string | undefined {
  const wanted = readRules(element)
  if (!wanted) return undefined
  const year = new Date().getUTCFullYear()
  const text = JSON.stringify(wanted)
  return allWindowsZones.find((id) => JSON.stringify(rulesOf(ianaOf(id), year)) === text)
}

/** The rules of the last group that a definition has: those that hold now. */
function readRules(element: Element): YearRules | undefined {
  const offsets = readOffsets(element)
  const transitions = child(element, 'TransitionsGroups')?.children.at(-1)?.children ?? []
  const offsetOf = (transition: Element | undefined): number | undefined =>
    transition && offsets.get(childText(transition, 'To') ?? '')
  const [summer, winter] = transitions
    .filter(({ name }) => name === 'RecurringDayTransition')
    .map((change) => ({ offset: offsetOf(change) ?? 0, rule: readRule(change) }))
    .sort((left, right) => right.offset - left.offset)
  if (summer && winter) {
    const daylight = { offset: summer.offset, toDaylight: summer.rule, toStandard: winter.rule }
    return { standard: winter.offset, daylight }
  }
  const standard = offsetOf(transitions[0]) ?? [...offsets.values()][0]
  return standard === undefined ? undefined : { standard }
}

/** The offsets of the periods, by their ids. */
function readOffsets(element: Element): Map<string, number> {
  const periods = child(element, 'Periods')?.children ?? []
  return new Map(
    periods.map(({ attributes }) => [attributes['Id'] ?? '', 0 - minutesOf(attributes['Bias'] ?? '')]),
  )
}

function readRule(change: Element): ZoneRule {
  return {
    month: Number(childText(change, 'Month')),
    day: childText(change, 'DayOfWeek') ?? '',
    occurrence: Number(childText(change, 'Occurrence')),
    minutes: minutesOf(childText(change, 'TimeOffset') ?? ''),
  }
}

function minutesOf(duration: string): number {
  const match = /^(-?)PT(?:(\d+)H)?(?:(\d+)M)?(?:\d+(?:\.\d+)?S)?$/.exec(duration.trim())
  if (!match) return 0
  const minutes = Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0)
  return match[1] ? -minutes : minutes
}
