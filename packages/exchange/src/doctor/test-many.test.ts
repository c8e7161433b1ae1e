import { expect, test } from 'vitest'
import type { Notifications } from './examine-notifications.ts'
import type { Step } from './step.ts'
import { testMany } from './test-many.ts'

const addresses = Array.from({ length: 12 }, (_, index) => `user-${index}@contoso.example`)
const owned = 'theirs@contoso.example'
type Told = { address: string; waitMs: number }

/** Mailboxes of which `hears` says whether a notification reaches us. */
function setUp(hears: (address: string) => boolean) {
  const tested: Told[] = []
  const enabled: string[] = []
  const interruption = new AbortController()
  async function* mailbox(address: string, { notifications }: { notifications: Notifications }) {
    tested.push({ address, waitMs: notifications.kind === 'push' ? notifications.waitMs : 0 })
    const outcome = hears(address) ? ('ok' as const) : ('warning' as const)
    yield { name: 'notification', outcome, says: '' } satisfies Step
  }
  const run = (onVerdict: () => void = () => {}, some: readonly string[] = addresses) =>
    testMany(some, {
      examiner: { mailbox },
      notificationsOf: (waitMs) => ({ kind: 'push', waitMs, openProbe: () => Promise.reject(new Error()) }),
      waitMs: 30_000,
      isKnown: async (address) => enabled.includes(address),
      ownerOf: async (address) => (address === owned ? 'fabrikam' : undefined),
      onPassed: async (address) => void enabled.push(address),
      onVerdict,
      parallel: 1,
      signal: interruption.signal,
    })
  return { tested, enabled, interruption, run }
}

test('where no notification comes at all, nobody but the first three waits to the end', async () => {
  const { tested, run } = setUp(() => false)
  await run()
  expect(tested.map(({ waitMs }) => waitMs)).toEqual([30_000, 30_000, 30_000, ...Array(9).fill(2_000)])
})

test('where one came, everybody waits to the end', async () => {
  const { tested, run } = setUp((address) => address === addresses[1])
  await run()
  expect(tested.map(({ waitMs }) => waitMs)).toEqual(Array(12).fill(30_000))
})

test('what is broken off ends after what is in hand, and goes on where it was', async () => {
  const { enabled, interruption, tested, run } = setUp(() => true)
  let done = 0
  const first = await run(() => {
    if (++done === 5) interruption.abort()
  })
  expect(first).toHaveLength(5)
  expect(enabled).toHaveLength(5)

  const again = setUp(() => true)
  again.enabled.push(...enabled)
  const second = await again.run()
  expect(second.filter(({ outcome }) => outcome === 'known')).toHaveLength(5)
  expect([...tested, ...again.tested].map(({ address }) => address)).toEqual(addresses)
})

test('what another connection has, and what is no address, is not tested', async () => {
  const { enabled, run, tested } = setUp(() => true)
  const verdicts = await run(undefined, [owned, 'nobody'])
  expect(verdicts.map(({ outcome, reason }) => [outcome, reason?.code])).toEqual([
    ['failed', 'ENABLED_ELSEWHERE'],
    ['failed', 'INVALID_ADDRESS'],
  ])
  expect(verdicts.filter(({ reason }) => !reason?.mend)).toEqual([])
  expect([...tested, ...enabled]).toEqual([])
})
