import type { Appointment } from '@lockstep/domain'
import { createExchange } from '@lockstep/exchange'
import { anAppointment } from '@lockstep/exchange/testing'
import { startSimulator } from '@lockstep/exchange-simulator'
import { testRedis } from '@lockstep/runtime/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Edge, edgesOf } from '../support/zone-edges.ts'

const mailbox = 'alice@contoso.example'
const timeout = 60_000
/** Windows has zones that only these names stand for. */
const offsets = ['GMT+12', 'GMT+11', 'GMT+9', 'GMT+8', 'GMT+2', 'GMT-12', 'GMT-13'].map(
  (name) => `Etc/${name}`,
)
const zones = [...Intl.supportedValuesOf('timeZone'), ...offsets, 'UTC']
/** CLDR gives these no Windows zone, so that nobody can choose them in Outlook. */
const unmapped = new Set(['America/Ciudad_Juarez', 'America/Coyhaique', 'Antarctica/Troll'])
/** Their rules changed, one of them by a whole day. */
const changing = [
  'Europe/Moscow',
  'Europe/Istanbul',
  'America/Caracas',
  'America/Sao_Paulo',
  'Asia/Pyongyang',
  'Pacific/Apia',
  'Africa/Casablanca',
  'America/New_York',
]

type When = Pick<Appointment, 'start' | 'end' | 'isAllDay'>

describe('what the application says of time comes back from Exchange as it was said', () => {
  test('in every zone, at the changes of its clock', { timeout }, async () => {
    const edges = zones.flatMap((zone) => edgesOf(zone, 2027, 2027))
    expect(edges.length).toBeGreaterThan(1_500)
    await expectRoundTrips(edges.map(oneHour))
  })

  test('in zones that changed their rules', { timeout }, async () => {
    const edges = changing.flatMap((zone) => edgesOf(zone, 2007, 2020))
    await expectRoundTrips(edges.map(oneHour))
  })

  test(
    'all day, from one end of the world to the other, also where the clock skips midnight',
    { timeout },
    async () => {
      const far = ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Asia/Kathmandu', 'Australia/Lord_Howe']
      const skippingMidnight = ['America/Santiago', 'Africa/Cairo', 'Asia/Beirut', 'America/Havana']
      const days = [...far, ...skippingMidnight].flatMap((zone) =>
        edgesOf(zone, 2026, 2027).map(({ dateTime }) => allDay(dateTime.slice(0, 10), zone)),
      )
      await expectRoundTrips(days)
    },
  )
})

describe('what a user enters in Outlook', () => {
  test('is told with its wall time, in the first IANA zone of its Windows zone', { timeout }, async () => {
    const { simulator, gateway } = await open()
    const known = zones.filter((zone) => !unmapped.has(zone))
    const entered = known.flatMap((zone) => edgesOf(zone, 2027, 2027).slice(0, 3)).map(oneHour)
    const items = entered.map(({ start, end }) => simulator.userCreates(mailbox, { start, end }))
    const read = await gateway.getItems(
      mailbox,
      items.map(({ itemId }) => itemId),
    )
    const shown = read.map((result) => result.ok && result.value.appointment?.start)
    const same = items.map(({ start }) => ({ dateTime: start.dateTime, instant: start.instant }))
    expect(shown.map((start) => start && { dateTime: start.dateTime, instant: instantIn(start) })).toEqual(
      same,
    )
  })
})

test('an appointment is turned into an all-day one and back, and moved to another zone at the same hour', async () => {
  const { gateway } = await open()
  const at = (timeZone: string): When =>
    oneHour({ kind: 'ordinary', dateTime: '2027-10-30T23:30:00', timeZone })
  const states: When[] = [
    at('Pacific/Auckland'),
    allDay('2027-10-31', 'Pacific/Auckland'),
    at('Pacific/Auckland'),
    at('Pacific/Pago_Pago'),
    allDay('2027-10-31', 'Pacific/Kiritimati'),
    at('Europe/Amsterdam'),
  ]
  const [created] = await gateway.createItems(mailbox, [creationOf(states[0]!, 0)])
  if (!created?.ok) throw created?.error
  let item = created.value
  for (const [version, when] of states.entries()) {
    const { appointment, stamp } = creationOf(when, version + 1)
    const update = { ...item, appointment, stamp, fields: ['when'], send: 'none' } as const
    const [updated] = await gateway.updateItems(mailbox, [update])
    if (!updated?.ok) throw updated?.error
    item = updated.value
    const [read] = await gateway.getItems(mailbox, [item.itemId])
    expect(read!.ok && read!.value.appointment).toMatchObject(when)
  }
})

/** What the clock skips is the same instant by the name that it has. */
async function expectRoundTrips(written: readonly When[]): Promise<void> {
  const { gateway, simulator } = await open()
  const created = await gateway.createItems(mailbox, written.map(creationOf))
  const itemIds = created.map((result) => (result.ok ? result.value.itemId : ''))
  const held = new Map(simulator.calendarOf(mailbox).map(({ itemId, start }) => [itemId, start.instant]))
  expect(itemIds.map((itemId) => held.get(itemId))).toEqual(written.map(({ start }) => instantIn(start)))
  const read = await gateway.getItems(mailbox, itemIds)
  const came = read.map((result) => {
    const { start, end, isAllDay } = (result.ok && result.value.appointment) || ({} as Partial<Appointment>)
    return { start, end, isAllDay }
  })
  expect(came).toEqual(
    written.map(({ start, end, isAllDay }) => ({
      start: named(start, isAllDay),
      end: named(end, isAllDay),
      isAllDay,
    })),
  )
}

function creationOf(when: When, index: number) {
  const stamp = { appointmentId: `T${index}`, version: index + 1, attempt: 'a1' }
  return { appointment: anAppointment(when), stamp, send: 'none' as const }
}

function oneHour({ dateTime, timeZone }: Edge): When {
  const end = Temporal.PlainDateTime.from(dateTime).add({ hours: 4 }).toString({ smallestUnit: 'second' })
  return { start: { dateTime, timeZone }, end: { dateTime: end, timeZone }, isAllDay: false }
}

function allDay(date: string, timeZone: string): When {
  const end = Temporal.PlainDate.from(date).add({ days: 2 }).toString()
  const midnight = (day: string) => ({ dateTime: `${day}T00:00:00`, timeZone })
  return { start: midnight(date), end: midnight(end), isAllDay: true }
}

function zoned({ dateTime, timeZone }: Appointment['start']): Temporal.ZonedDateTime {
  return Temporal.PlainDateTime.from(dateTime).toZonedDateTime(timeZone)
}

/** By which name the clock shows it. */
function named(time: Appointment['start'], isAllDay: boolean): Appointment['start'] {
  if (isAllDay) return time
  return { ...time, dateTime: zoned(time).toPlainDateTime().toString({ smallestUnit: 'second' }) }
}

function instantIn(time: Appointment['start']): string {
  return new Date(zoned(time).epochMilliseconds).toISOString()
}

async function open() {
  const simulator = await startSimulator({ seed: false })
  const { redis, prefix } = testRedis()
  const exchange = createExchange(
    {
      url: simulator.url,
      auth: { kind: 'basic', username: 'svc-lockstep@contoso.example', password: 'lockstep' },
      timeoutMs: 30_000,
      mostAnswerBytes: 1024 * 1024,
      maxInFlight: 10,
      budgetWaitMs: 5_000,
      breaker: { errorThresholdPercentage: 50, volumeThreshold: 3, windowMs: 10_000, probeEveryMs: 200 },
      userAgent: 'lockstep-test',
    },
    { redis, prefix },
  )
  onTestFinished(async () => {
    await exchange.close()
    await simulator.close()
  })
  return { simulator, gateway: exchange.gateway }
}
