import { describe, expect, test } from 'vitest'
import { ianaZoneOf, windowsZoneOf, zoneOnItem } from './zones.ts'

describe('the Windows zone of an IANA zone', () => {
  test.each([
    ['Europe/Amsterdam', 'W. Europe Standard Time'],
    ['Europe/Kyiv', 'FLE Standard Time'],
    ['Europe/Kiev', 'FLE Standard Time'],
    ['Asia/Kolkata', 'India Standard Time'],
    ['Asia/Calcutta', 'India Standard Time'],
    ['America/Nuuk', 'Greenland Standard Time'],
    ['Asia/Yangon', 'Myanmar Standard Time'],
    ['Pacific/Kanton', 'UTC+13'],
    ['America/Ciudad_Juarez', 'Mountain Standard Time'],
    ['US/Eastern', 'Eastern Standard Time'],
    ['UTC', 'UTC'],
    ['Etc/UTC', 'UTC'],
    ['GMT', 'UTC'],
  ])('%s is %s', (iana, windows) => {
    expect(windowsZoneOf(iana)).toBe(windows)
  })

  test.each(Intl.supportedValuesOf('timeZone'))('%s has one', (zone) => {
    expect(windowsZoneOf(zone)).toMatch(/./)
  })

  test.each(['Europe/Atlantis', '', '+02:00'])('%j has none', (zone) => {
    expect(() => windowsZoneOf(zone)).toThrow('ZONE_NOT_MAPPABLE')
  })
})

describe('the IANA zone of a Windows zone', () => {
  test.each([
    ['W. Europe Standard Time', 'Europe/Berlin'],
    ['FLE Standard Time', 'Europe/Kyiv'],
    ['India Standard Time', 'Asia/Kolkata'],
    ['Greenland Standard Time', 'America/Nuuk'],
    ['UTC', 'UTC'],
    ['Customized Time Zone', undefined],
  ])('%s is %s', (windows, iana) => {
    expect(ianaZoneOf(windows)).toBe(iana)
  })
})

describe('the zone on an item', () => {
  test('is the one that was stamped, while that still says what the item says', () => {
    expect(zoneOnItem('W. Europe Standard Time', 'Europe/Amsterdam')).toBe('Europe/Amsterdam')
    expect(zoneOnItem('GMT Standard Time', 'Europe/Amsterdam')).toBe('Europe/London')
    expect(zoneOnItem('GMT Standard Time', 'no zone')).toBe('Europe/London')
  })

  test('is UTC where nobody knows better', () => {
    expect(zoneOnItem(undefined, 'Europe/Amsterdam')).toBe('UTC')
    expect(zoneOnItem('Customized Time Zone', undefined)).toBe('UTC')
  })
})
