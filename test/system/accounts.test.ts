import { createLogger } from '@lockstep/runtime'
import { eventually } from '@lockstep/runtime/testing'
import { expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { startSystem, type System } from '../support/system.ts'

const service = (name: string) => ({
  address: `svc-${name}@contoso.example`,
  password: 'lockstep',
  impersonates: 'all' as const,
})
const accounts = JSON.stringify({
  one: { EWS_USERNAME: service('one').address },
  two: { EWS_USERNAME: service('two').address, EWS_MAX_IN_FLIGHT: 3 },
})
const people = Array.from({ length: 8 }, (_, index) => `user${index}@contoso.example`)

test('a locked account takes its share down until the other acts for its mailboxes, and then nothing', async () => {
  const lines: Record<string, unknown>[] = []
  const system = await startWithAccounts(lines)
  const { simulator, settled } = system
  await sendAll(system, 1)
  for (const mailbox of people) await settled(mailbox, 'A1', 1)
  expect(callsOf(simulator)).toEqual({ one: true, two: true })

  simulator.addAccount({ ...service('one'), isLocked: true })
  await sendAll(system, 2)
  for (const mailbox of people) await settled(mailbox, 'A1', 2)
  await eventually(() => expect(said(lines)).toContain('account is away, others act for its mailboxes'))
  expect(lines.filter(({ msg, state }) => msg === 'circuit' && state === 'open')).toEqual([])
  await eventually(() =>
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'exchange needs attention', account: 'one', code: 'LOGON_LAPSED' }),
    ),
  )

  const start = { dateTime: '2027-05-03T09:00:00', timeZone: 'UTC' }
  for (const mailbox of people)
    simulator.userCreates(mailbox, {
      subject: 'Made meanwhile',
      start,
      end: { ...start, dateTime: '2027-05-03T10:00:00' },
    })
  await eventually(() => expect(system.application.received).toHaveLength(people.length))
})

async function startWithAccounts(lines: Record<string, unknown>[]): Promise<System> {
  return startSystem({
    env: { EWS_ACCOUNTS: accounts, EWS_ACCOUNT_MOVE_SECONDS: '1' },
    simulator: { accounts: [service('one'), service('two')] },
    mailboxes: people,
    log: createLogger('test', 'info', { write: (line) => void lines.push(JSON.parse(line)) }),
  })
}

async function sendAll({ send }: System, version: number): Promise<void> {
  await send(
    ...people.map((mailbox) =>
      event({ id: 'A1', version, mailbox }, appointment({ subject: `v${version}` })),
    ),
  )
}

function callsOf({ mostInFlight }: System['simulator']) {
  return Object.fromEntries(
    ['one', 'two'].map((name) => [name, (mostInFlight[service(name).address] ?? 0) > 0]),
  )
}

function said(lines: readonly Record<string, unknown>[]) {
  return lines.map(({ msg }) => msg)
}
