import { createExchange } from '@lockstep/exchange'
import {
  type CalendarGatewayFixture,
  describeCalendarGateway,
  type UserItem,
} from '@lockstep/exchange/testing'
import { type EnteredItem, startSimulator } from '@lockstep/exchange-simulator'
import { testRedis } from '@lockstep/runtime/testing'
import { onTestFinished } from 'vitest'

describeCalendarGateway('The EWS adapter', openEwsGateway)

const mailbox = 'alice@contoso.example'

/** The adapter as production has it, over HTTP, with the simulator at the other end. */
async function openEwsGateway(): Promise<CalendarGatewayFixture> {
  const simulator = await startSimulator({ seed: false })
  const { redis, prefix } = testRedis()
  const exchange = createExchange(
    {
      url: simulator.url,
      auth: { kind: 'basic', username: 'svc-lockstep@contoso.example', password: 'lockstep' },
      timeoutMs: 10_000,
      maxInFlight: 10,
      budgetWaitMs: 5_000,
      breaker: { errorThresholdPercentage: 50, volumeThreshold: 3, windowMs: 10_000, probeEveryMs: 2_000 },
      userAgent: 'lockstep-test',
    },
    { redis, prefix },
  )
  onTestFinished(async () => {
    await exchange.close()
    await simulator.close()
  })
  return {
    gateway: exchange.gateway,
    mailbox,
    colleague: 'bob@contoso.example',
    userCreates: (item) => simulator.userCreates(mailbox, { ...times, ...entered(item) }).itemId,
    userUpdates: (itemId, item) => void simulator.userUpdates(mailbox, itemId, entered(item)),
    userDeletes: (itemId) => simulator.userDeletes(mailbox, itemId),
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
