/** When the offset of a zone changes within a year, as Windows says it: `occurrence` -1 is the last. */
export type ZoneRule = { month: number; day: string; occurrence: number; minutes: number }

/** The offsets of a zone in one year, in minutes east of Greenwich. */
export type YearRules = {
  readonly standard: number
  /** Missing in a year in which nothing changes. */
  readonly daylight?: { offset: number; toDaylight: ZoneRule; toStandard: ZoneRule }
}

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** Computes the rules of an IANA zone for one year from the runtime's zone data. */
export function rulesOf(iana: string, year: number): YearRules {
  const first = Temporal.ZonedDateTime.from({ timeZone: iana, year, month: 1, day: 1 })
  const changes: Temporal.ZonedDateTime[] = []
  let next = first.getTimeZoneTransition('next')
  while (next && next.year === year && changes.length < 2) {
    changes.push(next)
    next = next.getTimeZoneTransition('next')
  }
  const [one, other] = changes
  // One change in a year moves the zone for good; the year keeps the offset that it ends with.
  if (!one || !other) return { standard: minutesOf(one ?? first) }
  const [toDaylight, toStandard] = minutesOf(one) > minutesOf(other) ? [one, other] : [other, one]
  return {
    standard: minutesOf(toStandard),
    daylight: {
      offset: minutesOf(toDaylight),
      toDaylight: ruleOf(toDaylight, minutesOf(toStandard)),
      toStandard: ruleOf(toStandard, minutesOf(toDaylight)),
    },
  }
}

function ruleOf(change: Temporal.ZonedDateTime, offsetBefore: number): ZoneRule {
  // The rule names the wall clock that people see just before the change.
  const wallClock = new Date(change.epochMilliseconds + offsetBefore * 60_000)
  const isLast = wallClock.getUTCDate() + 7 > change.daysInMonth
  return {
    month: wallClock.getUTCMonth() + 1,
    day: weekdays[wallClock.getUTCDay()] ?? 'Sunday',
    occurrence: isLast ? -1 : Math.ceil(wallClock.getUTCDate() / 7),
    minutes: wallClock.getUTCHours() * 60 + wallClock.getUTCMinutes(),
  }
}

function minutesOf(moment: Temporal.ZonedDateTime): number {
  return moment.offsetNanoseconds / 60e9
}

/** The instant of a rule in one year, on a clock that shows `offset`. */
export function instantOfRule(rule: ZoneRule, year: number, offset: number): number {
  const monthStart = Date.UTC(year, rule.month - 1, 1)
  const monthLength = new Date(Date.UTC(year, rule.month, 0)).getUTCDate()
  const ahead = (weekdays.indexOf(rule.day) - new Date(monthStart).getUTCDay() + 7) % 7
  const wanted = 1 + ahead + 7 * ((rule.occurrence < 0 ? 5 : rule.occurrence) - 1)
  const day = wanted > monthLength ? wanted - 7 : wanted
  return monthStart + (day - 1) * 86_400_000 + (rule.minutes - offset) * 60_000
}
