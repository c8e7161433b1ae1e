import { expect, test } from 'vitest'
import { LogonGuard, LogonRefused } from './logon-guard.ts'
import { localLogonMemory } from './logon-memory.ts'

const minute = 60_000
const { signal } = new AbortController()

/** A directory that counts wrong passwords, and several processes that share what they know. */
function setUp(right: string) {
  const clock = { nowMs: 0 }
  const wrong: number[] = []
  const memory = localLogonMemory()
  const guards = Array.from({ length: 4 }, () => new LogonGuard({ memory, nowMs: () => clock.nowMs }))
  const attempt = (secret: string) => async () => {
    await new Promise(setImmediate)
    if (secret === right) return { result: 'in', proves: true }
    wrong.push(clock.nowMs)
    throw new LogonRefused()
  }
  const all = (secret: string, count = 40) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        guards[index % 4]!.logOn(secret, signal, attempt(secret)).catch(({ code }: { code: string }) => code),
      ),
    )
  return { clock, wrong, guards, all, memory }
}

test('whoever waits while the first tries a right secret gets in after it', async () => {
  const { guards } = setUp('right')
  let tries = 0
  const attempt = async () => ((tries += 1), { result: tries, proves: true })
  const results = Array.from({ length: 5 }, () => guards[0]!.logOn('right', signal, attempt))
  expect(await Promise.all(results)).toEqual([1, 2, 3, 4, 5])
})

test('a wrong password is never tried five times within half an hour, by all processes together', async () => {
  const { clock, wrong, all } = setUp('right')
  for (; clock.nowMs < 180 * minute; clock.nowMs += minute / 2) await all('wrong')
  const densest = wrong.map((from) => wrong.filter((at) => at >= from && at < from + 30 * minute).length)
  expect(Math.max(...densest)).toBeLessThanOrEqual(3)
  expect(wrong.length).toBeGreaterThan(5)
})

test('another secret is tried at once', async () => {
  const { all } = setUp('right')
  await all('wrong')
  expect(await all('right', 1)).toEqual(['in'])
  expect(new Set(await all('right'))).toEqual(new Set(['in']))
})

test('a secret that worked is not wrong when it is refused, also after a restart', async () => {
  const { memory } = setUp('right')
  const restarted = () => new LogonGuard({ memory })
  await restarted().logOn('right', signal, async () => ({ result: 'in', proves: true }))
  const refuse = () => Promise.reject(new LogonRefused())
  await expect(restarted().logOn('right', signal, refuse)).rejects.toMatchObject({ code: 'LOGON_LAPSED' })
  await expect(restarted().logOn('right', signal, refuse)).rejects.toMatchObject({ code: 'LOGON_LAPSED' })
})

test('a failure that is no refusal says nothing of the secret', async () => {
  const { guards, all } = setUp('right')
  const failing = guards[0]!.logOn('right', signal, () => Promise.reject(new Error('away')))
  await expect(failing).rejects.toThrow('away')
  expect(await all('right', 1)).toEqual(['in'])
})

test('an answer of somebody who did not look at the secret proves nothing', async () => {
  const { guards, wrong, all } = setUp('right')
  await guards[0]!.logOn('wrong', signal, async () => ({ result: 503, proves: false }))
  await all('wrong')
  expect(wrong).toHaveLength(1)
})

test('who gives up waiting holds up nobody', async () => {
  const { guards } = setUp('right')
  const { promise: held, resolve: release } = Promise.withResolvers<{ result: string; proves: true }>()
  const first = guards[0]!.logOn('right', signal, () => held)
  const caller = new AbortController()
  const impatient = guards[0]!.logOn('right', caller.signal, async () => ({ result: 'late', proves: true }))
  const third = guards[0]!.logOn('right', signal, async () => ({ result: 'third', proves: true }))
  caller.abort()
  await expect(impatient).rejects.toThrow('aborted')
  release({ result: 'first', proves: true })
  expect(await Promise.all([first, third])).toEqual(['first', 'third'])
})
