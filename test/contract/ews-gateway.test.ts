import { createExchange } from '@lockstep/exchange'
import {
  anAppointment,
  type CalendarGatewayFixture,
  describeCalendarGateway,
  type UserItem,
} from '@lockstep/exchange/testing'
import { type EnteredItem, type Simulator, startSimulator } from '@lockstep/exchange-simulator'
import { eventually, testRedis } from '@lockstep/runtime/testing'
import { describe, expect, onTestFinished, test } from 'vitest'

describeCalendarGateway('The EWS adapter', openEwsGateway)

const mailbox = 'alice@contoso.example'

describe('The EWS adapter in an outage', () => {
  test('refuses calls once it knows, and takes them again when a probe was answered', async () => {
    const { gateway, simulator, circuits } = await openEwsGateway()
    const outage = simulator.faults.add({ kind: 'refuseConnections' })
    const codes: string[] = []
    await eventually(async () => {
      await gateway.sync(mailbox, undefined).catch(({ code, effect }) => codes.push(`${code} ${effect}`))
      expect(circuits).toEqual(['open'])
    })
    await expect(gateway.sync(mailbox, undefined)).rejects.toMatchObject({
      code: 'CIRCUIT_OPEN',
      effect: 'none',
    })
    expect(new Set(codes)).toEqual(new Set(['ECONNREFUSED none']))

    simulator.faults.remove(outage)
    await eventually(() => expect(circuits).toEqual(['open', 'closed']))
    expect(await gateway.sync(mailbox, undefined)).toMatchObject({ changes: [], isLast: true })
  })

  test.each([
    ['dropBeforeEffect', 0],
    ['dropAfterEffect', 1],
  ] as const)('does not know what became of a create whose answer was lost: %s', async (kind, items) => {
    const { gateway, simulator } = await openEwsGateway()
    simulator.faults.add({ kind, operation: 'CreateItem', times: 1 })
    const stamp = { appointmentId: 'APP-1', version: 1, attempt: 'a1' }
    const creation = { appointment: anAppointment(), stamp, send: 'none' } as const
    await expect(gateway.createItems(mailbox, [creation])).rejects.toMatchObject({ effect: 'unknown' })
    expect(await gateway.findByStamp(mailbox, 'APP-1')).toHaveLength(items)
  })
})

/** The adapter as production has it, over HTTP, with the simulator at the other end. */
async function openEwsGateway(): Promise<
  CalendarGatewayFixture & { simulator: Simulator; circuits: string[] }
> {
  const circuits: string[] = []
  const simulator = await startSimulator({ seed: false })
  const { redis, prefix } = testRedis()
  const exchange = createExchange(
    {
      url: simulator.url,
      auth: { kind: 'basic', username: 'svc-lockstep@contoso.example', password: 'lockstep' },
      timeoutMs: 10_000,
      mostAnswerBytes: 1024 * 1024,
      maxInFlight: 10,
      budgetWaitMs: 5_000,
      breaker: { errorThresholdPercentage: 50, volumeThreshold: 3, windowMs: 10_000, probeEveryMs: 200 },
      userAgent: 'lockstep-test',
    },
    { redis, prefix, onCircuit: (state) => circuits.push(state) },
  )
  onTestFinished(async () => {
    await exchange.close()
    await simulator.close()
  })
  const projects = simulator.userAddsFolder(mailbox, { displayName: 'Projects', parent: 'inbox' })
  const otherCalendar = simulator.userAddsFolder(mailbox, {
    displayName: 'Another calendar',
    folderClass: 'IPF.Appointment',
    parent: projects,
  })
  return {
    simulator,
    circuits,
    gateway: exchange.gateway,
    mailbox,
    colleague: 'bob@contoso.example',
    userCreates: (item) => simulator.userCreates(mailbox, { ...times, ...entered(item) }).itemId,
    userUpdates: (itemId, item) => void simulator.userUpdates(mailbox, itemId, entered(item)),
    loseSubscriptions: () => simulator.subscriptions.clear(),
    userDeletes: (itemId) => simulator.userDeletes(mailbox, itemId),
    userMoves: (itemId, folder) =>
      simulator.userMoves(mailbox, itemId, folder === 'otherCalendar' ? otherCalendar : folder).itemId,
    mails: () => simulator.mails.length,
  }
}

const times = {
  start: { dateTime: '2027-06-14T09:00:00', timeZone: 'Europe/Amsterdam' },
  end: { dateTime: '2027-06-14T10:00:00', timeZone: 'Europe/Amsterdam' },
}

function entered({ isRecurring, attendees: _nobody, categories, ...item }: UserItem): Partial<EnteredItem> {
  return {
    ...item,
    ...(categories && { categories: [...categories] }),
    ...(isRecurring && { recurrence: { pattern: 'daily', interval: 1, count: 5 } }),
  }
}
