import { parseInteger } from './field.ts'
import { schemaViolation } from '../soap/errors.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import { childText, type Element } from '../xml/element.ts'
import { instantOfRule, rulesOf, type YearRules, type ZoneRule } from './zone-rules.ts'
import { ianaOf } from './zones.ts'

/** The zone of an availability request: the same rules every year, given in full. */
export type SerialZone = YearRules

/** Reads a t:TimeZone, whose biases are minutes west of Greenwich. */
export function readSerialZone(element: Element): SerialZone {
  const bias = parseInteger(childText(element, 'Bias') ?? '')
  const standard = readTime(element, 'StandardTime')
  const daylight = readTime(element, 'DaylightTime')
  if (!standard.rule || !daylight.rule) return { standard: -bias - standard.bias }
  return {
    standard: -bias - standard.bias,
    daylight: {
      offset: -bias - daylight.bias,
      toDaylight: daylight.rule,
      toStandard: standard.rule,
    },
  }
}

function readTime(zone: Element, name: string): { bias: number; rule: ZoneRule | undefined } {
  const element = zone.children.find((candidate) => candidate.name === name)
  if (!element) throw schemaViolation(`TimeZone without ${name}`)
  const number = (field: string): number => parseInteger(childText(element, field) ?? '')
  const [hours = 0, minutes = 0] = (childText(element, 'Time') ?? '').split(':').map(Number)
  const month = number('Month')
  const occurrence = number('DayOrder')
  const day = childText(element, 'DayOfWeek') ?? 'Sunday'
  return {
    bias: number('Bias'),
    rule: month === 0 ? undefined : { month, day, occurrence, minutes: hours * 60 + minutes },
  }
}

/** Writes a Windows zone by the rules of the present year. */
export function writeSerialZone(name: string, windowsId: string): Xml {
  const { standard, daylight } = rulesOf(ianaOf(windowsId), new Date().getUTCFullYear())
  return node(`t:${name}`, [
    leaf('t:Bias', -standard),
    writeTime('StandardTime', 0, daylight?.toStandard),
    writeTime('DaylightTime', daylight ? standard - daylight.offset : 0, daylight?.toDaylight),
  ])
}

function writeTime(name: string, bias: number, rule: ZoneRule | undefined): Xml {
  const { month, day, occurrence, minutes } = rule ?? { month: 0, day: 'Sunday', occurrence: 0, minutes: 0 }
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  return node(`t:${name}`, [
    leaf('t:Bias', bias),
    leaf('t:Time', `${two(minutes / 60)}:${two(minutes % 60)}:00`),
    leaf('t:DayOrder', occurrence < 0 ? 5 : occurrence),
    leaf('t:Month', month),
    leaf('t:DayOfWeek', day),
  ])
}

/** The wall-clock time of an instant, without an offset. */
export function serialWallClock(instantMs: number, zone: SerialZone): string {
  return new Date(instantMs + offsetAt(instantMs, zone) * 60_000).toISOString().slice(0, 19)
}

/** The instant of a wall-clock time without an offset. */
export function serialInstant(text: string, zone: SerialZone): number {
  const read = Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text.trim()) ? text.trim() : `${text.trim()}Z`)
  if (Number.isNaN(read)) throw schemaViolation(`'${text}' is not a valid dateTime`)
  if (/(Z|[+-]\d\d:\d\d)$/.test(text.trim())) return read
  return read - offsetAt(read - zone.standard * 60_000, zone) * 60_000
}

function offsetAt(instantMs: number, { standard, daylight }: SerialZone): number {
  if (!daylight) return standard
  const year = new Date(instantMs + standard * 60_000).getUTCFullYear()
  const begin = instantOfRule(daylight.toDaylight, year, standard)
  const end = instantOfRule(daylight.toStandard, year, daylight.offset)
  const isDaylight =
    begin < end ? instantMs >= begin && instantMs < end : instantMs >= begin || instantMs < end
  return isDaylight ? daylight.offset : standard
}
