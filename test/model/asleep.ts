import { setTimeout as wait } from 'node:timers/promises'
import { commits } from '../support/commits.ts'
import type { RedisDoor } from '../support/redis-door.ts'
import type { Trouble } from './action.ts'

export type Sleeper = { readonly door: RedisDoor; signal(name: NodeJS.Signals): void }
type Sleep = Pick<Extract<Trouble, { do: 'sleep' }>, 'service' | 'forMs' | 'isAmid'>

const beginsMs = 5_000
/** Others that it has in hand may come as far. */
const gathersMs = 500
/** Less than the time that a worker waits for Redis. */
const inHandMs = 1_200
const arrivesMs = 500

/**
 * The worker sleeps when it has done something and has not said so. What it was about to say is held back, as if it
 * slept before it sent that: a process that is stopped cannot be stopped at a certain line. Says whether it came to that.
 */
export async function fallAsleep(
  sleeper: Sleeper,
  others: readonly Sleeper[],
  { service, forMs, isAmid }: Sleep,
): Promise<boolean> {
  const isCommitting = await sleeper.door.hold(commits[service], { withinMs: beginsMs })
  if (isCommitting) {
    await wait(gathersMs)
    sleeper.signal('SIGSTOP')
    await wait(forMs)
    if (isAmid)
      await Promise.any(others.map(({ door }) => door.hold(commits[service], { withinMs: inHandMs })))
  }
  sleeper.door.open()
  await wait(arrivesMs)
  for (const { door } of others) door.open()
  sleeper.signal('SIGCONT')
  return isCommitting
}
