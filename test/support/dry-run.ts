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
  })
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
  return new Map([...found].toSorted(byText))
}

/** What the application would be told. */
export function changesIn(entries: readonly Entry[]) {
  return entries
    .filter(({ direction, action }) => direction === 'inbound' && action !== 'none')
    .map(({ appointmentId: id, action: kind, changed = [], reason }) => ({
      kind,
      id,
      changed: changed.toSorted(),
      ...(reason && { reason }),
    }))
}

/** What would go to Exchange. */
export function writesIn(entries: readonly Entry[]) {
  return entries
    .filter(({ direction, action }) => direction === 'outbound' && action !== 'none')
    .map(({ appointmentId: id, action, changed, recipients = 0 }) => ({
      action: action === 'withdraw' ? 'delete' : action,
      ...(changed && { changed: changed.toSorted() }),
      id,
      isMailed: recipients > 0,
    }))
}

/** Nothing is left to be done of what the dry run names. */
export async function atRest({ state, synced }: System, entries: readonly Entry[]): Promise<void> {
  await synced(alice)
  const ids = [...new Set(entries.map(({ appointmentId }) => appointmentId))]
  await eventually(async () => {
    const states = await Promise.all(ids.map((id) => state(alice, id)))
    expect(states.map((each) => each.state)).not.toContain('pending')
  })
  await synced(alice)
}

function byText([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}

/** As texts, in an order of their own. */
export function sorted(values: readonly object[]): string[] {
  return values.map((value) => JSON.stringify(Object.entries(value).toSorted(byText))).toSorted()
}

export async function ask<Answer extends object = Record<string, unknown>>(
  { ingressUrl }: System,
  path: string,
  method = 'GET',
) {
  const headers = { authorization: 'Bearer test' }
  const response = await fetch(`${ingressUrl}/v1/${path}`, { method, headers })
  return { status: response.status, ...((await response.json()) as Answer) }
}
