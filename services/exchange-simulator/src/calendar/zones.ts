import { findIana, findWindows, WINDOWS_TO_IANA_MAP } from 'windows-iana'

const windowsIds = new Map(
  WINDOWS_TO_IANA_MAP.map(({ windowsName }) => [windowsName.toLowerCase(), windowsName as string]),
)
const ianaNames = new Map<string, string>()
const windowsNames = new Map<string, string>()

export const allWindowsZones: readonly string[] = [...new Set(windowsIds.values())]

/** The Windows id in its proper spelling, or `undefined` if there is no such zone. */
export function windowsZone(id: string): string | undefined {
  return windowsIds.get(id.toLowerCase())
}

/** The IANA zone that stands for a Windows zone. */
export function ianaOf(windowsId: string): string {
  const known = ianaNames.get(windowsId)
  if (known) return known
  const name = windowsId === 'UTC' ? 'UTC' : (findIana(windowsId)[0] ?? 'UTC')
  ianaNames.set(windowsId, name)
  return name
}

/** The Windows zone of an IANA zone, of any of its names; `undefined` if there is no such zone. */
export function windowsZoneOfIana(iana: string): string | undefined {
  const known = windowsNames.get(iana) ?? findWindows(iana)[0]
  const id = known ?? windowsZoneOfAlias(iana)
  if (id) windowsNames.set(iana, id)
  return id
}

/** The instant of a wall-clock time such as `2027-03-28T09:00:00` in a Windows zone. */
export function instantOf(wallClock: string, windowsId: string): number {
  return Temporal.PlainDateTime.from(wallClock).toZonedDateTime(ianaOf(windowsId)).epochMilliseconds
}

/** The wall-clock time of an instant in a Windows zone. */
export function wallClockOf(instantMs: number, windowsId: string): Temporal.PlainDateTime {
  return zoned(instantMs, windowsId).toPlainDateTime()
}

/** The last midnight that is not after the instant. */
export function midnightBefore(instantMs: number, windowsId: string): number {
  return zoned(instantMs, windowsId).startOfDay().epochMilliseconds
}

/** The first midnight that is not before the instant. */
export function midnightAfter(instantMs: number, windowsId: string): number {
  const midnight = midnightBefore(instantMs, windowsId)
  if (midnight === instantMs) return instantMs
  return zoned(midnight, windowsId).add({ days: 1 }).startOfDay().epochMilliseconds
}

/** How people see the zone: `(UTC+01:00) W. Europe Standard Time`. */
export function displayNameOf(windowsId: string): string {
  const january = Temporal.PlainDate.from('2026-01-15').toZonedDateTime(ianaOf(windowsId))
  const july = Temporal.PlainDate.from('2026-07-15').toZonedDateTime(ianaOf(windowsId))
  const standard = january.offsetNanoseconds < july.offsetNanoseconds ? january : july
  return standard.offsetNanoseconds === 0 ? `(UTC) ${windowsId}` : `(UTC${standard.offset}) ${windowsId}`
}

function zoned(instantMs: number, windowsId: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instantMs).toZonedDateTimeISO(ianaOf(windowsId))
}

// The table is older than some names: Europe/Kyiv, for example, which it knows as Europe/Kiev.
function windowsZoneOfAlias(iana: string): string | undefined {
  try {
    const wanted = Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(iana)
    const zone = WINDOWS_TO_IANA_MAP.find(({ iana: names }) =>
      names.some((name) => wanted.equals(wanted.withTimeZone(name))),
    )
    return zone?.windowsName
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
