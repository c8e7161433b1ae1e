// A process with a share of the budget, for the tests: calls as fast as it may until it is killed.
import { Redis } from 'ioredis'
import { localLogonMemory } from '../ews/logon/logon-memory.ts'
import { RedisBudget } from '../redis-budget.ts'
import { aTransport } from './a-transport.ts'

const [url = '', redisUrl = '', prefix = '', direction = 'outbound'] = process.argv.slice(2)

const redis = new Redis(redisUrl)
const budget = new RedisBudget({ redis, prefix, mostInFlight: 4, waitMs: 30_000 })
const transport = aTransport({
  url,
  auth: { kind: 'basic', username: process.pid.toString(), password: 'x' },
  memory: { ...localLogonMemory(), hasWorked: async () => true },
  userAgent: direction,
  timeoutMs: 60_000,
  connections: 20,
})

async function callForEver(mailbox: string): Promise<never> {
  for (;;) {
    await budget.spend({ mailbox, direction: direction as 'outbound' }, async () => {
      try {
        await transport.post({ body: 'x', headers: {} })
      } catch (error) {
        const { status } = error as { status?: number }
        if (status === 503) await budget.backOff(3_000)
      }
    })
  }
}

await Promise.race(Array.from({ length: 10 }, (_, index) => callForEver(`mailbox-${index}`)))
