import { eventually } from '@lockstep/runtime/testing'
import { expect, test, vi } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { alice, startSystem, type System } from '../support/system.ts'

const env = { POLL_SECONDS: '0.5' }
const rule = '_'.repeat(80)
const block = `<div>${rule}</div><div class="me-email-text"><b>Microsoft Teams</b> <a href="https://teams.microsoft.com/l/meetup-join/19%3ameeting">Join</a><br>ID: 1</div><div>${rule}</div>`
/** What the user set in Outlook; the application took it over when it was told. */
const users = { categories: ["The user's"], reminderMinutesBeforeStart: 45 }
const html = (content: string) => ({ contentType: 'html', content })

test('a join block, categories and a reminder survive a hundred updates, of the body among them', async () => {
  const system = await startSystem({ env })
  const { send, settled, simulator } = system
  const revision = await withTeamsMeeting(system)

  for (let version = 2; version <= 101; version++) {
    const body = html(`<html><body><p>Plans ${version}</p></body></html>`)
    await send(
      event(
        { id: 'A', version, basedOn: revision },
        appointment({ ...users, body, location: `Room ${version}` }),
      ),
    )
    await vi.waitFor(() => expect(simulator.calls['UpdateItem']).toBe(version - 1), {
      interval: 2,
      timeout: 90_000,
    })
  }
  await settled(alice, 'A', 101)
  expect(simulator.calendarOf(alice)).toMatchObject([
    {
      body: html(`<html><body><p>Plans 101</p>${block}</body></html>`),
      location: 'Room 101',
      ...users,
    },
  ])
})

test.each(['exchange', 'application', 'latest'])(
  'a body that the user changed is not written over, and that is noted: policy %s',
  async (policy) => {
    const system = await startSystem({ env: { ...env, CONFLICT_POLICY: policy } })
    const { send, settled, simulator, state } = system
    const revision = await withTeamsMeeting(system)
    await system.stopWorker('inbound')
    const [item] = simulator.calendarOf(alice)
    const theirs = html("<html><body><p>The user's words</p></body></html>")
    simulator.userUpdates(alice, item!.itemId, { body: theirs as never })

    const changes = { body: html('<p>Mine</p>'), location: 'Room 5' }
    await send(event({ id: 'A', version: 2, basedOn: revision }, appointment(changes)))
    await written(system, 2)
    expect(simulator.calendarOf(alice)).toMatchObject([{ body: theirs, location: 'Room 5' }])
    expect((await state(alice, 'A')).conflicts).toMatchObject([{ properties: ['body'], winner: 'exchange' }])
    await system.startWorker('inbound')
    await settled(alice, 'A', 2)
  },
)

/** Written to Exchange; the delivery of what it kept of its own waits for the inbound worker. */
const written = ({ state }: System, version: number) =>
  eventually(async () => expect(await state(alice, 'A')).toMatchObject({ writtenVersion: version }))

/** Ours, to which the user's add-in has added a meeting. Gives the revision by which the application knows. */
async function withTeamsMeeting({ send, settled, quiet, simulator, application, state }: System) {
  const body = html('<html><body><p>Plans</p></body></html>')
  await send(event({ id: 'A', version: 1 }, appointment({ body })))
  await settled(alice, 'A', 1)
  await quiet(alice, 'A')
  const [item] = simulator.calendarOf(alice)
  simulator.userUpdates(alice, item!.itemId, {
    body: { contentType: 'html', content: `<html><body><p>Plans</p>${block}</body></html>` },
    ...users,
  })
  await eventually(async () => {
    expect(application.received.at(-1)?.data.changed).toContain('body')
    expect(await state(alice, 'A')).toMatchObject({ state: 'settled' })
  })
  return application.received.at(-1)!.data.revision
}
