import { createRequire } from 'node:module'
import util from 'node:util'
import { eventually } from '@lockstep/runtime/testing'
import * as Ews from 'ews-javascript-api'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startPushListener } from '../testing/push-listener.ts'
import { alice, newRecording, setUp, testRecording } from '../testing/set-up.ts'

/*
 * ews-javascript-api as its authors ship it, with its own transport: a client that knows nothing of the simulator.
 */

// The package wants a function that Node no longer has.
Object.assign(util, { isNullOrUndefined: (value: unknown) => value === null || value === undefined })

const recordDir = newRecording()
const { DateTime, SendInvitationsMode, SendInvitationsOrCancellationsMode, SendCancellationsMode } = Ews
const calendar = new Ews.FolderId(Ews.WellKnownFolderName.Calendar)
const start = new DateTime(Date.UTC(2027, 5, 14, 12))
const end = new DateTime(Date.UTC(2027, 5, 14, 13))
const stamp = new Ews.ExtendedPropertyDefinition(
  Ews.DefaultExtendedPropertySet.PublicStrings,
  'x-stamp',
  Ews.MapiPropertyType.String,
)

async function connect() {
  const { simulator } = await setUp({ recordDir, push: { minuteMs: 2_000, heartbeatMs: 100 } })
  const service = new Ews.ExchangeService(Ews.ExchangeVersion.Exchange2013_SP1, Ews.TimeZoneInfo.Utc)
  service.Url = new Ews.Uri(simulator.url)
  service.Credentials = new Ews.WebCredentials('svc-lockstep@contoso.example', 'lockstep')
  service.ImpersonatedUserId = new Ews.ImpersonatedUserId(Ews.ConnectingIdType.SmtpAddress, alice)
  const create = async (subject: string): Promise<Ews.Appointment> => {
    const appointment = new Ews.Appointment(service)
    appointment.Subject = subject
    appointment.Start = start
    appointment.End = end
    appointment.SetExtendedProperty(stamp, `stamp of ${subject}`)
    await appointment.Save(calendar, SendInvitationsMode.SendToNone)
    return appointment
  }
  const userCreates = (subject: string) =>
    simulator.userCreates(alice, {
      subject,
      start: { dateTime: '2027-06-15T09:00:00', timeZone: 'Europe/Amsterdam' },
      end: { dateTime: '2027-06-15T10:00:00', timeZone: 'Europe/Amsterdam' },
    })
  return { simulator, service, create, userCreates }
}

// Its transport is a package of its own that comes along with it.
type Transport = {
  XhrApi: new () => Ews.IXHRApi & { useNtlmAuthentication(user: string, password: string): Ews.IXHRApi }
}
const { XhrApi } = createRequire(import.meta.resolve('ews-javascript-api'))('@ewsjs/xhr') as Transport

describe('ews-javascript-api with its own transport', () => {
  test('creates for the impersonated mailbox, reads back, updates and deletes', async () => {
    const { simulator, service, create } = await connect()
    const created = await create('Site visit')
    const bound = await Ews.Appointment.Bind(service, created.Id)
    expect([bound.Subject, bound.Start.TotalMilliSeconds, bound.ICalUid]).toEqual([
      'Site visit',
      start.TotalMilliSeconds,
      simulator.calendarOf(alice)[0]?.uid,
    ])
    bound.Location = 'Room 4'
    await bound.Update(
      Ews.ConflictResolutionMode.NeverOverwrite,
      SendInvitationsOrCancellationsMode.SendToNone,
    )
    expect(simulator.calendarOf(alice)[0]?.location).toBe('Room 4')
    await bound.Delete(Ews.DeleteMode.HardDelete, SendCancellationsMode.SendToNone)
    expect(simulator.calendarOf(alice)).toEqual([])
  })

  test('is told that somebody else was first', async () => {
    const { service, create } = await connect()
    const created = await create('first')
    const [one, other] = await Promise.all([
      Ews.Appointment.Bind(service, created.Id),
      Ews.Appointment.Bind(service, created.Id),
    ])
    one.Subject = 'one'
    other.Subject = 'other'
    const mode = SendInvitationsOrCancellationsMode.SendToNone
    await one.Update(Ews.ConflictResolutionMode.NeverOverwrite, mode)
    const failure: unknown = await other.Update(Ews.ConflictResolutionMode.NeverOverwrite, mode).then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ ErrorCode: Ews.ServiceError.ErrorIrresolvableConflict })
  })

  test('finds by view and by an extended property', async () => {
    const { service, create } = await connect()
    await create('a')
    await create('b')
    const view = new Ews.CalendarView(start.AddDays(-1), end.AddDays(1))
    const inView = await service.FindAppointments(calendar, view)
    const filter = new Ews.SearchFilter.IsEqualTo(stamp, 'stamp of b')
    const found = await service.FindItems(calendar, filter, new Ews.ItemView(10))
    expect(inView.Items.map(({ Subject }) => Subject).sort()).toEqual(['a', 'b'])
    expect(found.Items.map(({ Subject }) => Subject)).toEqual(['b'])
  })

  test('reads a series: its master, an occurrence, and the way back', async () => {
    const { service, userCreates, simulator } = await connect()
    const { itemId } = userCreates('Stand-up')
    simulator.userUpdates(alice, itemId, { recurrence: { pattern: 'daily', interval: 1, count: 3 } })
    const second = await Ews.Appointment.BindToOccurrence(service, new Ews.ItemId(itemId), 2)
    const master = await Ews.Appointment.BindToRecurringMaster(service, second.Id)
    expect(Ews.AppointmentType[second.AppointmentType]).toBe('Occurrence')
    expect(master.Id.UniqueId).toBe(itemId)
    expect(master.LastOccurrence.Start.ToISOString()).toContain('2027-06-17T07:00:00')
  })

  test('syncs', async () => {
    const { service, create } = await connect()
    const created = await create('new')
    const properties = new Ews.PropertySet(Ews.BasePropertySet.IdOnly)
    const sync = (state: string | null) =>
      service.SyncFolderItems(
        calendar,
        properties,
        [],
        512,
        Ews.SyncFolderItemsScope.NormalItems,
        state as string,
      )
    const first = await sync(null)
    await created.Delete(Ews.DeleteMode.HardDelete, SendCancellationsMode.SendToNone)
    const second = await sync(first.SyncState)
    const kinds = [first, second].map((page) => page.GetEnumerator().map(({ ChangeType }) => ChangeType))
    expect(kinds).toEqual([[Ews.ChangeType.Create], [Ews.ChangeType.Delete]])
  })

  test('pulls events', async () => {
    const { service, userCreates } = await connect()
    const types = [Ews.EventType.Created, Ews.EventType.Deleted]
    const subscription = await service.SubscribeToPullNotifications(
      [calendar],
      10,
      null as unknown as string,
      ...types,
    )
    const { itemId } = userCreates('pulled')
    const events = await subscription.GetEvents()
    expect([...events.ItemEvents].map((event) => event.ItemId.UniqueId)).toEqual([itemId])
    await subscription.Unsubscribe()
  })

  test('is pushed events', async () => {
    const { service, userCreates } = await connect()
    const listener = await startPushListener()
    await service.SubscribeToPushNotifications(
      [calendar],
      new Ews.Uri(listener.url),
      1,
      null as unknown as string,
      Ews.EventType.Created,
    )
    const { itemId } = userCreates('pushed')
    await eventually(() => expect(listener.events.map((event) => event.itemId)).toContain(itemId))
  })

  test('streams events, and learns when the time is over', async () => {
    const { service, userCreates } = await connect()
    const subscription = await service.SubscribeToStreamingNotifications([calendar], Ews.EventType.Created)
    const connection = new Ews.StreamingSubscriptionConnection(service, 1)
    connection.AddSubscription(subscription)
    const seen: string[] = []
    let disconnections = 0
    connection.OnNotificationEvent.push((_sender, { Events }) => {
      for (const event of Events) if (event instanceof Ews.ItemEvent) seen.push(event.ItemId.UniqueId)
    })
    connection.OnDisconnect.push(() => disconnections++)
    void connection.Open()
    onTestFinished(() => connection.Dispose())
    await eventually(() => expect(connection.IsOpen).toBe(true))
    const { itemId } = userCreates('streamed')
    await eventually(() => expect(seen).toEqual([itemId]))
    await eventually(() => expect(disconnections).toBe(1))
  })

  test('lists the time zones and the folders, and asks when somebody is free', async () => {
    const { service, userCreates } = await connect()
    userCreates('busy')
    const folders = await service.FindFolders(
      new Ews.FolderId(Ews.WellKnownFolderName.MsgFolderRoot),
      new Ews.FolderView(50),
    )
    const window = new Ews.TimeWindow(
      new DateTime(Date.UTC(2027, 5, 15)),
      new DateTime(Date.UTC(2027, 5, 16)),
    )
    const attendees = [new Ews.AttendeeInfo(alice)]
    const { AttendeesAvailability } = await service.GetUserAvailability(
      attendees,
      window,
      Ews.AvailabilityData.FreeBusy,
    )
    const [availability] = AttendeesAvailability.Responses
    expect(folders.Folders.map(({ DisplayName }) => DisplayName)).toContain('Inbox')
    expect(availability?.CalendarEvents.map(({ StartTime }) => StartTime.ToISOString())).toEqual([
      '2027-06-15T07:00:00.000Z',
    ])
  })

  test('logs on with NTLM', async () => {
    const { simulator, service, create } = await connect()
    service.XHRApi = new XhrApi().useNtlmAuthentication('contoso\\svc-lockstep', 'lockstep')
    const created = await create('by NTLM')
    const bound = await Ews.Appointment.Bind(service, created.Id)
    expect([bound.Subject, simulator.calendarOf(alice).length]).toEqual(['by NTLM', 1])
    service.XHRApi = new XhrApi().useNtlmAuthentication('contoso\\svc-lockstep', 'wrong')
    const failure: unknown = await create('by nobody').then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(failure).toBeDefined()
    expect(simulator.calendarOf(alice)).toHaveLength(1)
  })
})

testRecording(recordDir)
