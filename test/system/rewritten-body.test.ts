import { eventually } from '@lockstep/runtime/testing'
import { expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { alice, startSystem } from '../support/system.ts'

const html = (content: string) => ({ contentType: 'html', content })

test('a body that Exchange rewrites is neither an echo nor a conflict, read back or not', async () => {
  const { send, settled, quiet, simulator, application, state, stopWorker, startWorker } = await startSystem({
    env: { POLL_SECONDS: '0.5' },
    simulator: { quirks: { rewritesHtml: true } },
  })
  await send(event({ id: 'A', version: 1 }, appointment({ body: html('<p>One</p>\n<p>1</p>') })))
  await settled(alice, 'A', 1)
  await quiet(alice, 'A')
  const [written] = simulator.calendarOf(alice)
  expect(written!.body.content).toContain('<meta')

  await stopWorker('inbound')
  await send(event({ id: 'A', version: 2 }, appointment({ body: html('<p>Two</p>\n<p>2</p>') })))
  await settled(alice, 'A', 2)
  simulator.userUpdates(alice, written!.itemId, { location: 'Room 5' })
  await send(event({ id: 'A', version: 3 }, appointment({ body: html('<p>Three</p>\n<p>3</p>') })))
  await eventually(async () => expect(await state(alice, 'A')).toMatchObject({ writtenVersion: 3 }))
  await startWorker('inbound')
  await eventually(() => expect(application.received).toMatchObject([{ data: { changed: ['location'] } }]))
  await settled(alice, 'A', 3)
  expect(simulator.calendarOf(alice)).toMatchObject([
    { body: { content: expect.stringContaining('Three') }, location: 'Room 5' },
  ])
  expect((await state(alice, 'A')).conflicts).toEqual([])
})
