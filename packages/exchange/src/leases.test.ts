import { eventually, testRedis } from '@lockstep/runtime/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Direction } from './calendar-gateway.ts'
import { type Lease, Leases } from './leases.ts'

describe('leases of several processes', () => {
  test('are no more than there may be, together', async () => {
    const { join } = setUp(3)
    const [one, other] = [join(), join()]
    expect([await one.takeAll('outbound'), await other.takeAll('outbound')]).toEqual([3, 0])
    await one.giveBack(1)
    expect(await other.takeAll('outbound')).toBe(1)
  })

  test('leave half to the other direction while that waits, and all of it while it does not', async () => {
    const { join } = setUp(4)
    const [outbound, inbound] = [join(), join()]
    expect(await outbound.takeAll('outbound')).toBe(4)
    expect(await inbound.takeAll('inbound')).toBe(0)
    await outbound.giveBack(3)
    expect(await outbound.takeAll('outbound')).toBe(1)
    expect(await inbound.takeAll('inbound')).toBe(2)
  })

  test('are shared by the processes of a direction that wait', async () => {
    const { join } = setUp(4)
    const [one, other] = [join(), join()]
    expect([await one.takeAll('outbound'), await other.takeAll('outbound')]).toEqual([4, 0])
    await one.giveBack(3)
    expect([await one.takeAll('outbound'), await other.takeAll('outbound')]).toEqual([1, 2])
  })

  test('are not held up by a process that waited and is no more', async () => {
    const { join } = setUp(4)
    const [outbound, inbound] = [join(), join()]
    expect(await outbound.takeAll('outbound')).toBe(4)
    expect(await inbound.takeAll('inbound')).toBe(0)
    await outbound.giveBack(4)
    await eventually(async () => {
      await outbound.takeAll('outbound')
      expect(outbound.held()).toBe(4)
    })
  })

  test('last as long as the calls do', async () => {
    const { join } = setUp(1, 600)
    const [one, other] = [join(), join()]
    expect(await one.takeAll('outbound')).toBe(1)
    const startedMs = performance.now()
    await eventually(async () => {
      await other.takeAll('outbound')
      expect(performance.now() - startedMs).toBeGreaterThan(1_500)
    })
    expect(other.held()).toBe(0)
  })

  test('of a process that is no more come back', async () => {
    const { join } = setUp(2, 150)
    const [one, other] = [join(), join()]
    expect(await one.takeAll('outbound')).toBe(2)
    one.die()
    await eventually(async () => expect(await other.takeAll('outbound')).toBeGreaterThan(0))
  })
})

function setUp(mostInFlight: number, leaseMs = 5_000) {
  const { redis, prefix } = testRedis()

  function join() {
    const leases = new Leases({ redis, prefix, mostInFlight, leaseMs })
    const held: Lease[] = []
    onTestFinished(() => leases.close())
    return {
      held: () => held.length,
      /** Takes what there is, and goes on waiting for more. */
      async takeAll(direction: Direction): Promise<number> {
        for (let count = 0; ; count += 1) {
          const taken = await leases.take(direction, true)
          if (taken.kind !== 'granted') return count
          held.push(taken.lease)
        }
      },
      async giveBack(count: number): Promise<void> {
        for (const lease of held.splice(0, count)) await leases.release(lease)
      },
      /** Renews nothing any more, and gives nothing back. */
      die: () => leases.forget(),
    }
  }
  return { join }
}
