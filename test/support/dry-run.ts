import { createHash } from 'node:crypto'
import { eventually } from '@lockstep/runtime/testing'
import { Redis } from 'ioredis'
import { expect } from 'vitest'
import { alice, type System } from './system.ts'

export type Entry = {
  direction: 'outbound' | 'inbound'
  appointmentId: string
  action: string
  changed?: string[]
  reason?: string
  recipients?: number
  conflicts?: { properties: string[]; winner: string }[]
}

export type Report = {
  state: string
  code?: string
  counts: Record<string, number>
  entries: Entry[]
  next?: number
}

/** Has a dry run made of Alice's mailbox, and reads all that it says. */
export async function dryRunOf({ act, ingressUrl }: System, mailbox = alice): Promise<Report> {
  const headers = { authorization: 'Bearer test' }
  const url = `${ingressUrl}/v1/mailboxes/${mailbox}/dry-run`
  await act(mailbox, 'dry-run')
  return eventually(async () => {
    const report = (await (await fetch(`${url}?limit=1000`, { headers })).json()) as Report
    expect(report.state).not.toBe('running')
    return report
  }, 20_000)
}

/** Every key of the mailbox with a digest of what it holds; those of the dry run itself are left out. */
export async function keysOf({ env }: System, mailbox = alice): Promise<Map<string, string>> {
  const redis = new Redis(env['REDIS_URL']!)
  const prefix = env['KEY_PREFIX']!
  const id = (await redis.hget(`${prefix}:{mailboxes}:addresses`, mailbox))!
  const found = new Map<string, string>()
  for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1_000 }) as AsyncIterable<string[]>)
    for (const key of keys.filter((name) => name.includes(id) && !/:[yz]:/.test(name))) {
      const stored = (await redis.dumpBuffer(key)) ?? Buffer.of()
      found.set(key, createHash('sha256').update(stored).digest('hex'))
    }
  await redis.quit()
  return new Map([...found].toSorted())
}
