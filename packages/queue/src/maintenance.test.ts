import { eventually, testRedis } from '@lockstep/runtime/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createQueues, startMaintenance, sweepDue, type Task } from './index.ts'

describe('maintenance', () => {
  test('runs the tasks again and again, on one process at a time however many take part', async () => {
    const ticks: string[] = []
    const { join } = setUp()
    for (const name of ['a', 'b', 'c']) join({ sweep: async () => void ticks.push(name) })

    const startedAt = Date.now()
    await eventually(() => expect(ticks.length).toBeGreaterThanOrEqual(8))
    expect(ticks.length).toBeLessThanOrEqual((Date.now() - startedAt) / 100 + 2)
  })

  test('a task that fails is reported and keeps no other from running', async () => {
    const failed: string[] = []
    let runs = 0
    const { join } = setUp()
    const broken = () => Promise.reject(new Error('broken'))
    join({ broken, sweep: async () => void runs++ }, (task, error) =>
      failed.push(`${task}: ${error.message}`),
    )
    await eventually(() => expect(runs).toBeGreaterThanOrEqual(2))
    expect(failed[0]).toBe('broken: broken')
  })

  test('goes on when a process leaves', async () => {
    let runs = 0
    const { join } = setUp()
    const first = join({ sweep: async () => {} })
    join({ sweep: async () => void runs++ })
    expect(await first.close()).toBe(true)
    const before = runs
    await eventually(() => expect(runs).toBeGreaterThan(before + 2))
  })

  test('one process is enough to change the interval', async () => {
    let runs = 0
    const { join } = setUp()
    await join({ sweep: async () => {} }, undefined, 3_600_000).close()
    join({ sweep: async () => void runs++ })
    await eventually(() => expect(runs).toBeGreaterThanOrEqual(3))
  })
})

test('the sweep wakes the mailboxes that are due, each in the queue of its work', async () => {
  const { redis, prefix } = testRedis()
  const queues = createQueues(redis, { prefix })
  onTestFinished(() => queues.close())
  const due = { outbound: ['m1', 'm2'], inbound: [], deliveries: ['m2'] }

  const asked: unknown[] = []
  const woken = await sweepDue({
    dueMailboxes: async (work, ...rest) => (asked.push(rest), due[work]),
    queues,
    nowMs: 5,
    limit: 10,
  })

  expect(woken).toEqual({ outbound: 2, inbound: 0, deliveries: 1 })
  expect(asked).toEqual([
    [5, 10],
    [5, 10],
    [5, 10],
  ])
  expect((await queues.outbound.counts()).waiting).toBe(2)
  expect((await queues.deliveries.counts()).waiting).toBe(1)
})

function setUp() {
  const { prefix, url } = testRedis()
  const join = (
    tasks: Record<string, Task>,
    onFailed: (task: string, error: Error) => void = () => {},
    everyMs = 100,
  ) => {
    const maintenance = startMaintenance({ redisUrl: url, prefix, everyMs, tasks, onFailed })
    onTestFinished(async () => void (await maintenance.close()))
    return maintenance
  }
  return { join }
}
