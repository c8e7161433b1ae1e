import { eventually } from '@lockstep/runtime/testing'
import { expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { alice, bob, startSystem, type System } from '../support/system.ts'

const env = { POLL_SECONDS: '0.5', BRAKE_DELETES: '0' }
const guest = { address: 'guest@elsewhere.example', type: 'required' }
const meeting = (id: string, head: object = {}) =>
  event({ id, version: 1, ...head }, appointment({ subject: id, attendees: [guest] }))
const before = { time: '2026-01-01T00:00:00.000Z' }

test.each(['before', 'after'])(
  'a calendar that was emptied, and is listed %s the one that tells of the loss, is asked about',
  async (order) => {
    const earlier = await startSystem({ env })
    const { simulator } = earlier
    const sent = meeting('M')
    await earlier.send(sent, event({ id: 'B', version: 1, mailbox: bob }, appointment()))
    await earlier.settled(alice, 'M', 1)
    await earlier.settled(bob, 'B', 1)
    await Promise.all([earlier.stopWorker('outbound'), earlier.stopWorker('inbound')])
    simulator.userDeletes(alice, simulator.calendarOf(alice)[0]!.itemId)
    const mails = simulator.mails.length

    const [emptied, other] = [alice, bob]
    const held = holdBack(earlier, order === 'before' ? other : emptied)
    const system = await startSystem({ env: { ...env, EWS_URL: simulator.url } })
    await system.send(sent, meeting('new'))
    await system.settled(alice, 'new', 1)
    await eventually(async () => expect(await codeOf(system, 'M')).toBe('NOT_LISTED'))
    await listed(system, order === 'before' ? emptied : other)
    held.end()
    await eventually(async () => expect(await codeOf(system, 'M')).toBe('UNCONFIRMED'))
    expect(await system.mailbox(alice)).toMatchObject({ restored: expect.any(String) })
    expect(simulator.mails.slice(mails)).toMatchObject([{ kind: 'invitation', subject: 'new' }])
  },
)

test('where nothing tells of a loss what is new is made at once, and what is old waits for a dead mailbox only so long', async () => {
  const wait = { REBUILD_WAIT_SECONDS: '4' }
  const system = await startSystem({ env: { ...env, ...wait }, without: ['outbound', 'inbound'] })
  const { simulator, send, settled, startWorker } = system
  holdBack(system, bob)
  await Promise.all([startWorker('outbound'), startWorker('inbound')])
  await listed(system, alice)
  await send(meeting('old', before), meeting('new'))
  await settled(alice, 'new', 1)
  expect(await codeOf(system, 'old')).toBe('NOT_LISTED')
  expect(simulator.calendarOf(alice).map(({ subject }) => subject)).toEqual(['new'])
  await settled(alice, 'old', 1)
  expect(await system.mailbox(alice)).not.toHaveProperty('restored')
})

test('what was made before the first listing, and moved to and fro by its user, tells of no loss', async () => {
  const system = await startSystem({ env, without: ['outbound', 'inbound'] })
  const { simulator, send, settled, startWorker } = system
  const held = holdBack(system, alice)
  await Promise.all([startWorker('outbound'), startWorker('inbound')])
  await send(meeting('new'))
  await settled(alice, 'new', 1)
  const away = simulator.userMoves(alice, simulator.calendarOf(alice)[0]!.itemId, 'inbox')
  simulator.userMoves(alice, away.itemId, 'calendar')
  held.end()
  await listed(system, alice)
  await eventually(async () => expect(await system.state(alice, 'new')).toMatchObject({ state: 'settled' }))
  expect(await system.mailbox(alice)).not.toHaveProperty('restored')
})

/** The mailbox cannot be listed until then. */
function holdBack({ simulator }: System, mailbox: string): { end: () => void } {
  const code = 'ErrorInternalServerTransientError'
  const fault = simulator.faults.add({ kind: 'error', code, operation: 'SyncFolderItems', mailbox })
  return { end: () => void simulator.faults.remove(fault) }
}

async function listed({ mailbox }: System, address: string): Promise<void> {
  await eventually(async () =>
    expect(await mailbox(address)).toMatchObject({ listing: { finishedAt: expect.any(String) } }),
  )
}

async function codeOf({ state }: System, id: string): Promise<string | undefined> {
  return (await state(alice, id)).outbound?.code
}
