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
  const offsets = new Map(
    (child(element, 'Periods')?.children ?? []).map(({ attributes }) => [
      attributes['Id'] ?? '',
      -minutesOf(attributes['Bias'] ?? ''),
    ]),
  )
  const group = child(element, 'TransitionsGroups')?.children.at(-1)
  const changes = (group?.children ?? [])
    .filter(({ name }) => name === 'RecurringDayTransition')
    .map((change) => ({ offset: offsets.get(childText(change, 'To') ?? '') ?? 0, rule: readRule(change) }))
  const [one, other] = changes.sort((left, right) => right.offset - left.offset)
  if (!one || !other) {
    const only = offsets.get(group?.children[0] ? (childText(group.children[0], 'To') ?? '') : '')
    const standard = only ?? [...offsets.values()][0]
    return standard === undefined ? undefined : { standard }
  }
  return {
    standard: other.offset,
    daylight: { offset: one.offset, toDaylight: one.rule, toStandard: other.rule },
  }
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
