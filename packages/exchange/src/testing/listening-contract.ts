import { eventually } from '@lockstep/runtime/testing'
import { expect, onTestFinished, test } from 'vitest'
import type { CalendarGateway, ListeningEnd } from '../calendar-gateway.ts'
import type { Open } from './gateway-fixture.ts'

/** The part of the contract that is about hearing of changes over a connection. */
export function describeListening(open: Open): void {
  test('tells that something happened in a mailbox that is listened to, and in no other', async () => {
    const { gateway, mailbox, colleague, ...user } = await open()
    const ids = await subscribeAll(gateway, [mailbox, colleague])
    const { told } = await listen(gateway, mailbox, ids)
    const itemId = user.userCreates({})
    await eventually(() => expect(told).toEqual([ids[0]]))
    user.userUpdates(itemId, { subject: 'Changed' })
    await eventually(() => expect(told).toEqual([ids[0], ids[0]]))
    user.userDeletes(itemId)
    await eventually(() => expect(told).toEqual([ids[0], ids[0], ids[0]]))
  })

  test('keeps what happens until somebody listens', async () => {
    const { gateway, mailbox, userCreates } = await open()
    const ids = await subscribeAll(gateway, [mailbox])
    userCreates({})
    const { told } = await listen(gateway, mailbox, ids)
    await eventually(() => expect(told).toEqual(ids))
  })

  test('names the subscriptions that are lost, at once or when they get lost', async () => {
    const { gateway, mailbox, colleague, loseSubscriptions } = await open()
    const ids = await subscribeAll(gateway, [mailbox, colleague])
    const { listening } = await listen(gateway, mailbox, ids)
    loseSubscriptions()
    const end = await listening.ended
    expect(lostIn(end)).not.toEqual([])
    expect(ids).toEqual(expect.arrayContaining([...lostIn(end)]))

    const again = await listen(gateway, mailbox, [...ids, ...(await subscribeAll(gateway, [mailbox]))])
    expect(lostIn(await again.listening.ended).toSorted()).toEqual(ids.toSorted())
  })

  test('listens no more once it is told to stop', async () => {
    const { gateway, mailbox } = await open()
    const [one = '', other = ''] = await subscribeAll(gateway, [mailbox, mailbox])
    const stop = new AbortController()
    const listenings = [
      await listen(gateway, mailbox, [one], stop.signal),
      await listen(gateway, mailbox, [other]),
    ]
    stop.abort()
    listenings[1]!.listening.close()
    for (const { listening } of listenings) {
      expect(await listening.ended).toMatchObject({ kind: 'broken', error: { code: 'ABORTED' } })
    }
  })
}

function subscribeAll(gateway: CalendarGateway, [anchor = '', ...others]: readonly string[]) {
  return Promise.all([anchor, ...others].map((mailbox) => gateway.subscribeStreaming(mailbox, { anchor })))
}

async function listen(
  gateway: CalendarGateway,
  anchor: string,
  ids: readonly string[],
  signal?: AbortSignal,
) {
  const told: string[] = []
  const onChange = (id: string) => void told.push(id)
  const listening = await gateway.listen({ anchor }, ids, onChange, signal ? { signal } : {})
  onTestFinished(() => listening.close())
  return { listening, told }
}

function lostIn(end: ListeningEnd): readonly string[] {
  return end.kind === 'lost' ? end.subscriptionIds : []
}
