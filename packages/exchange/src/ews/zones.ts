import { findIana, findWindows } from 'windows-iana'
import { ExchangeRejectedError } from '../errors.ts'

/** Zones that are newer than the table's CLDR release, or that CLDR gives no Windows zone; by their rules of today. */
const supplement: Record<string, string> = {
  'America/Ciudad_Juarez': 'Mountain Standard Time',
  'America/Coyhaique': 'Magallanes Standard Time',
  'Antarctica/Troll': 'Greenwich Standard Time',
}

/** CLDR never renames a zone, so that its default for a Windows zone may be a name that nobody uses any more. */
const renamed: Record<string, string> = {
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Etc/UTC': 'UTC',
  'Europe/Kiev': 'Europe/Kyiv',
}

/**
 * The Windows zone of an IANA zone, whichever of its names is used.
 * @throws {ExchangeRejectedError} if there is none
 */
export function windowsZoneOf(ianaZone: string): string {
  const zone = windowsZoneOrNone(ianaZone)
  if (zone === undefined) throw new ExchangeRejectedError('ZONE_NOT_MAPPABLE')
  return zone
}

/** The IANA zone for a Windows zone: CLDR's default ("001"). `undefined` for one that is not in the table. */
export function ianaZoneOf(windowsZone: string): string | undefined {
  const zone = findIana(windowsZone, '001')[0]
  return zone && (renamed[zone] ?? zone)
}

/** The stamped IANA zone as long as it still says what the item's zone says, otherwise the default for that. */
export function zoneOnItem(windowsZone: string | undefined, stampedZone: string | undefined): string {
  if (windowsZone === undefined) return 'UTC'
  if (stampedZone && windowsZoneOrNone(stampedZone) === windowsZone) return stampedZone
  return ianaZoneOf(windowsZone) ?? 'UTC'
}

function windowsZoneOrNone(ianaZone: string): string | undefined {
  const direct = findWindows(ianaZone)[0]
  if (direct) return direct
  const canonical = canonicalZone(ianaZone)
  return canonical && (supplement[canonical] ?? findWindows(canonical)[0])
}

/** CLDR's name of a zone: Europe/Kyiv becomes Europe/Kiev, which the table knows. */
function canonicalZone(ianaZone: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: ianaZone }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}
