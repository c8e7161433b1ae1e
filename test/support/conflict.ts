import { eventually } from '@lockstep/runtime/testing'
import { expect } from 'vitest'
import { appointment, event } from './events.ts'
import { alice, startSystem, type System, type SystemOptions } from './system.ts'

type Values = Record<string, unknown>

/** An appointment of Alice's that the user and the application change at the same time, neither knowing of the other. */
export async function startConflict(
  { theirs, ours, time, before = {} }: { theirs: Values; ours: Values; time?: string; before?: object },
  options: SystemOptions = {},
) {
  const system = await startSystem({ ...options, env: { POLL_SECONDS: '0.5', ...options.env } })
  const copy = takeOver(system)
  await system.send(event({ id: 'A', version: 1 }, appointment(before)))
  await system.settled(alice, 'A', 1)
  await system.quiet(alice, 'A')
  await system.set({ inbound: 'off' }, alice)
  const { itemId } = system.simulator.calendarOf(alice)[0]!
  system.simulator.userUpdates(alice, itemId, theirs)
  await system.send(
    event({ id: 'A', version: 2, ...(time && { time }) }, appointment({ ...before, ...ours })),
  )
  await eventually(async () => expect(await system.state(alice, 'A')).toMatchObject({ writtenVersion: 2 }))
  await system.set({ inbound: null }, alice)
  await settled(system)
  return { system, copy, itemId }
}

/** Both sides are at rest, with what the newest version and the newest change made of them. */
export async function settled(system: System): Promise<void> {
  await eventually(async () => expect(await system.state(alice, 'A')).toMatchObject({ state: 'settled' }))
}

/** What the application was told of the appointment, over what it sent itself. */
function takeOver({ application }: System): Values {
  const copy: Values = {}
  application.answerWith(({ data }) => {
    for (const name of data.changed) copy[name] = data.appointment?.[name]
    return { status: 204 }
  })
  return copy
}
