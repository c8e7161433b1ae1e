import { Redis } from 'ioredis'
import { redisProxy, testRedis } from '@lockstep/runtime/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createLedger, type LedgerOptions } from './create-ledger.ts'
import { ledgerError, LedgerSchemaError, LedgerUnavailableError } from './errors.ts'
import { aLedger, present, T0 } from './testing/a-ledger.ts'

async function behindADoor(options: Partial<LedgerOptions> = {}) {
  const { prefix } = testRedis()
  const proxy = await redisProxy()
  const redis = new Redis(proxy.url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    lazyConnect: true,
    retryStrategy: () => 20,
  })
  redis.on('error', () => {})
  onTestFinished(() => redis.disconnect())
  await redis.connect()
  return { ledger: createLedger(redis, { prefix, ...options }), redis, proxy }
}

test('while Redis is away every call fails at once, and works again when it is back', async () => {
  const { ledger, proxy } = await behindADoor()
  expect(await ledger.accept('box', 'A1', present(1), T0)).toBe('accepted')
  await proxy.goDown()
  await expect(ledger.accept('box', 'A1', present(2), T0)).rejects.toThrow(LedgerUnavailableError)
  await expect(ledger.state('box', 'A1')).rejects.toThrow(LedgerUnavailableError)
  await expect(ledger.dueMailboxes('outbound', T0, 1)).rejects.toThrow(LedgerUnavailableError)
  await proxy.comeBack()
  await expect.poll(() => ledger.accept('box', 'A1', present(2), T0).catch(() => 'away')).toBe('accepted')
})

test('a ledger that was made while Redis was away opens later', async () => {
  const { ledger, proxy } = await behindADoor()
  await proxy.goDown()
  await expect(ledger.open()).rejects.toThrow(LedgerUnavailableError)
  await proxy.comeBack()
  await expect.poll(() => ledger.find('alice').catch(() => 'away')).toBeUndefined()
})

test('what too few replicas acknowledged is not accepted', async () => {
  const { ledger } = await behindADoor({ waitReplicas: 1 })
  await expect(ledger.accept('box', 'A1', present(1), T0)).rejects.toThrow(LedgerUnavailableError)
})

describe('an answer of Redis', () => {
  const reply = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' })

  test.each([
    "OOM command not allowed when used memory > 'maxmemory'.",
    'ERR Error running script (call to f_1): @user_script:9: @user_script: 9: -OOM command not allowed',
    'MISCONF Errors writing to the AOF file: No space left on device',
    'NOREPLICAS Not enough good replicas to write.',
    'LOADING Redis is loading the dataset in memory',
    "READONLY You can't write against a read only replica.",
    'CLUSTERDOWN The cluster is down',
  ])('means unavailable: %s', (message) => {
    expect(ledgerError(reply(message))).toBeInstanceOf(LedgerUnavailableError)
  })

  test('that is a mistake of ours stays one', () => {
    const mistake = reply('WRONGTYPE Operation against a key holding the wrong kind of value')
    expect(ledgerError(mistake)).toBe(mistake)
  })
})

describe('the schema', () => {
  test('is noted at the first use', async () => {
    const { redis, prefix } = await aLedger()
    expect(await redis.get(`${prefix}:schema`)).toBe('1')
  })

  test('of a newer version is refused, and nothing is touched', async () => {
    const { redis, prefix } = testRedis()
    await redis.set(`${prefix}:schema`, '2')
    const ledger = createLedger(redis, { prefix })
    await expect(ledger.accept('box', 'A1', present(1), T0)).rejects.toThrow(LedgerSchemaError)
    expect(await redis.keys(`${prefix}:*`)).toEqual([`${prefix}:schema`])
  })
})
