import { setTimeout as wait } from 'node:timers/promises'
import type { Supervised } from './supervise.ts'

export type Crew = {
  add: (member: Supervised, stage: number) => void
  /** Rejects when one of them fails for good. */
  failed: Promise<never>
  /** Aborted when stopping begins. */
  stopping: AbortSignal
  /** Stops all, the highest stage first; kills what does not end within the limit. */
  stop: (limitMs: number) => Promise<void>
}

/** The processes that run together. */
export function createCrew(say: (line: string) => void): Crew {
  const members: { member: Supervised; stage: number }[] = []
  const stopping = new AbortController()
  const { promise: failed, reject } = Promise.withResolvers<never>()
  failed.catch(() => {})

  const killAll = () => {
    for (const { member } of members) member.kill()
  }
  process.once('exit', killAll)

  return {
    add(member, stage) {
      stopping.signal.throwIfAborted()
      members.push({ member, stage })
      void member.failed.then(reject)
    },
    failed,
    stopping: stopping.signal,
    async stop(limitMs) {
      stopping.abort()
      const deadline = Date.now() + limitMs
      const stages = [...new Set(members.map(({ stage }) => stage))].sort((a, b) => b - a)
      for (const stage of stages) {
        const leaving = members.filter((entry) => entry.stage === stage).map(({ member }) => member)
        await Promise.all(leaving.map((member) => stopBy(deadline, member, say)))
      }
      process.off('exit', killAll)
    },
  }
}

async function stopBy(deadline: number, member: Supervised, say: (line: string) => void): Promise<void> {
  const timer = new AbortController()
  const late = wait(Math.max(0, deadline - Date.now()), 'late', { signal: timer.signal }).catch(
    () => 'stopped',
  )
  const stopped = member.stop()
  if ((await Promise.race([stopped, late])) === 'late') {
    say(`${member.name} did not stop in time and was killed`)
    member.kill()
    await stopped
  }
  timer.abort()
}
