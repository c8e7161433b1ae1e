import { eventually } from '@lockstep/runtime/testing'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { findInFiles, findInRedis, holdsAny, listeningLogger } from '../support/at-rest.ts'
import { settled, startConflict } from '../support/conflict.ts'
import { appointment, event } from '../support/events.ts'
import { type PrivateRedis, privateRedis } from '../support/private-redis.ts'
import { alice, startSystem, type System } from '../support/system.ts'

describe('content at rest', () => {
  test('of what is parked only the content that is still wanted is kept, and none once it is cancelled', async () => {
    const { redis, system, lines } = await setUp()
    const code = 'ErrorCalendarDurationIsTooLong'
    system.simulator.faults.add({ kind: 'error', code, operation: 'CreateItem', times: 1 })
    await system.send(event({ id: 'parked', version: 1 }, withCanaries('parked')))
    await eventually(async () =>
      expect(await system.state(alice, 'parked')).toMatchObject({ state: 'parked' }),
    )

    const hits = await findInRedis(redis.url, ['canary'])
    expect(hits.map(({ where }) => where)).toEqual([expect.stringMatching(/:a:\w+:parked c$/)])
    expect(lines.filter((line) => holdsAny(line, ['canary']))).toEqual([])
    await system.send(event({ id: 'parked', version: 2 }))
    await system.settled(alice, 'parked', 2)
    expect(await findInRedis(redis.url, ['canary'])).toEqual([])
  })

  test('of a conflict what lost is kept for a while, and sealed', async () => {
    const redis = await privateRedis()
    const { log, lines } = listeningLogger()
    const body = (content: string) => ({ contentType: 'html' as const, content: `<p>${content}</p>` })
    const { system } = await startConflict(
      {
        theirs: { subject: 'canary-theirs', location: 'canary-theirs-place' },
        ours: { subject: 'canary-ours', location: 'canary-ours-place', body: body('canary-ours-body') },
      },
      { redisUrl: redis.url, log, env: { CONFLICT_POLICY: 'application' } },
    )
    await system.reverse(alice, 'A', 2)
    expect(system.simulator.calendarOf(alice)).toMatchObject([{ subject: 'canary-theirs' }])
    await settled(system)
    const shown = JSON.stringify(await system.conflicts(alice, 'A'))
    expect(shown).toContain('canary-ours-place')

    const [kept] = await findInRedis(redis.url, [':k:'])
    const client = new Redis(redis.url)
    const sealed = await client.get(kept!.text)
    await client.quit()
    for (const encoding of ['base64', 'base64url', 'hex', 'latin1'] as const)
      expect(Buffer.from(sealed!, encoding).toString('latin1')).not.toContain('canary')
    expect(await findInRedis(redis.url, ['canary'])).toEqual([])
    expect(lines.filter((line) => holdsAny(line, ['canary']))).toEqual([])
    // The user's was never there unsealed, not even for a moment.
    expect(await findInFiles(redis.dir, ['canary-theirs'])).toEqual([])
  })

  test('would be found', async () => {
    const { url, dir } = await privateRedis()
    const redis = new Redis(url)
    await redis.set('canary-name', '')
    await redis.hset('hash', 'canary-field', '', 'field', 'canary')
    await redis.rpush('list', 'a', 'a canary')
    await redis.sadd('set', 'canary')
    await redis.zadd('sorted', 1, 'canary')
    await redis.xadd('stream', '*', 'e', 'canary')
    await redis.set('string', 'a canary')
    await redis.quit()
    const { log, lines } = listeningLogger()
    log.debug({ code: 'canary' }, 'something')

    expect(await findInRedis(url, ['canary'])).toHaveLength(8)
    expect(await findInFiles(dir, ['canary'])).not.toEqual([])
    expect(lines.filter((line) => holdsAny(line, ['canary']))).toHaveLength(1)
  })
})

async function setUp(): Promise<{ redis: PrivateRedis; system: System; lines: string[] }> {
  const redis = await privateRedis()
  const { log, lines } = listeningLogger()
  const system = await startSystem({ redisUrl: redis.url, log, env: { POLL_SECONDS: '0.5' } })
  return { redis, system, lines }
}

/** A text that gives itself away in everything that has text. */
function withCanaries(name: string, changes: object = {}) {
  const canary = `canary-${name}`
  return appointment({
    subject: `${canary}-subject`,
    body: { contentType: 'html', content: `<p>${canary}-body</p>` },
    location: `${canary}-location`,
    categories: [`${canary}-category`],
    attendees: [{ address: `${canary}@elsewhere.example`, name: `${canary}-name`, type: 'required' }],
    ...changes,
  })
}
