import { Appointment, ExchangeService, ExchangeVersion, TimeZoneInfo } from 'ews-javascript-api'
import { describe, expect, test } from 'vitest'
import { anAppointment } from '../testing/index.ts'
import { itemShape, readHead, readItem } from './calendar-item.ts'
import { mendLibrary } from './mends/index.ts'
import { parseSoap } from './mends/parse-soap.ts'
import { writeWhen } from './when.ts'

mendLibrary()
const service = new ExchangeService(ExchangeVersion.Exchange2013_SP1, TimeZoneInfo.Utc)
const mailbox = 'alice@contoso.example'

describe('an item that recurs', () => {
  test.each(['Occurrence', 'Exception', 'RecurringMaster'])('is known by its type alone: %s', (type) => {
    const head = readHead(item(`<CalendarItemType>${type}</CalendarItemType>`))
    expect(head.isRecurring).toBe(true)
  })

  test('is known by its flag alone', () => {
    expect(readHead(item('<IsRecurring>true</IsRecurring>')).isRecurring).toBe(true)
    expect(readHead(item('')).isRecurring).toBe(false)
  })
})

describe('the sensitivity of an item', () => {
  test.each([
    ['<Sensitivity>Normal</Sensitivity>', 'normal'],
    ['<Sensitivity>Private</Sensitivity>', 'private'],
    ['<Sensitivity>OfTomorrow</Sensitivity>', 'confidential'],
    ['', 'confidential'],
  ])('%s is %s', (xml, sensitivity) => {
    expect(readHead(item(xml, '')).sensitivity).toBe(sensitivity)
  })
})

describe("the mailbox's part in a meeting", () => {
  test.each([
    ['no meeting', false, 'bob', 'Unknown', 'organizer'],
    ['its own', true, 'ALICE', 'NoResponseReceived', 'organizer'],
    ['its own, says Exchange', true, 'bob', 'Organizer', 'organizer'],
    ["somebody else's", true, 'bob', 'Accept', 'attendee'],
    ["somebody else's, unanswered", true, 'bob', 'NoResponseReceived', 'attendee'],
  ])('%s', (_name, isMeeting, organizer, response, role) => {
    const xml =
      `<IsMeeting>${isMeeting}</IsMeeting><MyResponseType>${response}</MyResponseType>` +
      `<Organizer><Mailbox><EmailAddress>${organizer}@contoso.example</EmailAddress></Mailbox></Organizer>`
    expect(readItem(item(xml), mailbox)).toMatchObject({ role, organizer: `${organizer}@contoso.example` })
  })
})

describe('a stamp that is not ours', () => {
  test.each(['', 'x', '1', 'x|a|UTC|UTC'])('does not count: %j', (version) => {
    expect(readHead(item(stampXml('APP-1', version)))).not.toHaveProperty('stamp')
  })

  test('counts, if it is', () => {
    const head = readHead(item(stampXml('APP-1', '3|a1|Europe/Amsterdam|UTC')))
    expect(head.stamp).toEqual({ appointmentId: 'APP-1', version: 3, attempt: 'a1' })
  })
})

describe('an all-day item', () => {
  test.each([
    ['Pacific/Auckland', '2027-04-02T11:00:00Z', '2027-04-04T12:00:00Z'],
    ['Africa/Cairo', '2027-04-02T22:00:00Z', '2027-04-04T22:00:00Z'],
    // The clock skips midnight there on 2 April 2027.
    ['America/Santiago', '2027-04-03T03:00:00Z', '2027-04-05T04:00:00Z'],
  ])('begins and ends at the midnights of %s', (timeZone, start, end) => {
    const written = new Appointment(service)
    const at = (dateTime: string) => ({ dateTime, timeZone })
    writeWhen(
      written,
      anAppointment({ isAllDay: true, start: at('2027-04-03T00:00:00'), end: at('2027-04-05T00:00:00') }),
    )
    expect(written.Start.TotalMilliSeconds).toBe(Date.parse(start))
    expect(written.End.TotalMilliSeconds).toBe(Date.parse(end))
  })

  test('in a zone that we do not know is on the days that are nearest', () => {
    const xml = times('2027-04-02T21:30:00Z', '2027-04-03T21:30:00Z', 'Customized Time Zone', true)
    expect(readItem(item(xml), mailbox).appointment).toMatchObject({
      start: { dateTime: '2027-04-03T00:00:00', timeZone: 'UTC' },
      end: { dateTime: '2027-04-04T00:00:00', timeZone: 'UTC' },
    })
  })
})

test('a user who moves an item to another zone is believed, not the stamp', () => {
  const xml = times('2027-06-14T08:00:00Z', '2027-06-14T09:00:00Z', 'GMT Standard Time', false)
  const stamped = stampXml('APP-1', '3|a1|Europe/Amsterdam|Europe/Amsterdam')
  expect(readItem(item(xml + stamped), mailbox).appointment?.start).toEqual({
    dateTime: '2027-06-14T09:00:00',
    timeZone: 'Europe/London',
  })
})

test.each([
  ['a name alone', '<Mailbox><Name>Bob</Name></Mailbox>'],
  ['nothing', '<Mailbox/>'],
  ['an empty address', '<Mailbox><Name>Bob</Name><EmailAddress> </EmailAddress></Mailbox>'],
  ['no e-mail address', '<Mailbox><EmailAddress>/o=Contoso/cn=Bob</EmailAddress></Mailbox>'],
])('an attendee of whom Exchange knows %s does not keep the others from being read', (_name, nobody) => {
  const bob = '<Attendee><Mailbox><EmailAddress>bob@contoso.example</EmailAddress></Mailbox></Attendee>'
  const xml = `<RequiredAttendees><Attendee>${nobody}</Attendee>${bob}</RequiredAttendees>`
  const { appointment } = readItem(item(xml), mailbox)
  expect(appointment?.attendees).toEqual([{ address: 'bob@contoso.example', type: 'required' }])
})

test('who is invited twice is one attendee, as an event has to say it', () => {
  const invited = (address: string) =>
    `<Attendee><Mailbox><EmailAddress>${address}</EmailAddress></Mailbox></Attendee>`
  const xml =
    `<RequiredAttendees>${invited('bob@contoso.example')}</RequiredAttendees>` +
    `<OptionalAttendees>${invited('Bob@Contoso.example')}</OptionalAttendees>`
  expect(readItem(item(xml), mailbox).appointment?.attendees).toEqual([
    { address: 'bob@contoso.example', type: 'required' },
  ])
})

function item(xml: string, sensitivity = '<Sensitivity>Normal</Sensitivity>'): Appointment {
  const always = '<ItemId Id="i" ChangeKey="c"/><ParentFolderId Id="f"/>'
  const start = xml.includes('<Start>')
    ? ''
    : times('2027-06-14T08:00:00Z', '2027-06-14T09:00:00Z', 'UTC', false)
  const parsed = parseSoap(`<CalendarItem>${always}${sensitivity}${start}${xml}</CalendarItem>`)
  const loaded = new Appointment(service)
  const loading = loaded as unknown as { LoadFromXmlJsObject(...args: unknown[]): void }
  loading.LoadFromXmlJsObject(parsed, service, true, itemShape(), false)
  return loaded
}

function times(start: string, end: string, zone: string, isAllDay: boolean): string {
  return (
    `<Start>${start}</Start><End>${end}</End><IsAllDayEvent>${isAllDay}</IsAllDayEvent>` +
    `<StartTimeZone Id="${zone}"/><EndTimeZone Id="${zone}"/>`
  )
}

function stampXml(appointmentId: string, version: string): string {
  const property = (name: string, value: string) =>
    '<ExtendedProperty><ExtendedFieldURI PropertySetId="6E0D3C1A-52B7-4F0E-9A55-0C7F2B9D4E81" ' +
    `PropertyName="${name}" PropertyType="String"/><Value>${value}</Value></ExtendedProperty>`
  return property('LockstepAppointment', appointmentId) + property('LockstepVersion', version)
}
