import { eventually } from '@lockstep/runtime/testing'
import { expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { amidTheHour } from '../support/full-hour.ts'
import { alice, bob, startSystem } from '../support/system.ts'

const guests = (...names: string[]) =>
  names.map((name) => ({ address: `${name}@elsewhere.example`, name, type: 'required' }))

test('what would mail more than the budget of the hour waits, and nothing else does', async () => {
  await amidTheHour()
  const { send, settled, simulator, state, mailbox } = await startSystem({
    env: { MAIL_BUDGET_PER_HOUR: '3' },
  })
  await send(event({ id: 'first', version: 1 }, appointment({ attendees: guests('dan', 'eve') })))
  await settled(alice, 'first', 1)
  await send(
    event({ id: 'second', version: 1 }, appointment({ attendees: guests('dan', 'eve') })),
    event({ id: 'alone', version: 1 }, appointment()),
    event({ id: 'other', version: 1, mailbox: bob }, appointment({ attendees: guests('dan', 'eve') })),
    event({ id: 'first', version: 2 }, appointment({ attendees: guests('dan', 'eve'), showAs: 'free' })),
  )
  await settled(alice, 'alone', 1)
  await settled(alice, 'first', 2)
  await settled(bob, 'other', 1)
  await eventually(async () => {
    const { outbound } = await state(alice, 'second')
    expect(outbound).toMatchObject({ code: 'MAIL_BUDGET', attempts: 0 })
    expect(Date.parse(outbound!.due!)).toBeGreaterThan(Date.now())
  })
  expect(simulator.calendarOf(alice)).toHaveLength(2)
  expect(simulator.mails).toHaveLength(4)
  expect(await mailbox(alice)).toMatchObject({
    mails: { recipients: 2, postponedUntil: expect.stringMatching(/:00:00/) },
  })
})
