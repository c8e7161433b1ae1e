import { setTimeout as wait } from 'node:timers/promises'
import type { Action, Step, Trouble } from './action.ts'
import type { ApplicationModel } from './application.ts'
import type { Constellation } from './constellation.ts'
import { createLateWords } from './late-words.ts'

export type Troubles = {
  /** Starts it; most go on for a while. */
  start(action: Action): boolean
  /** Resolves once it is done. */
  take(step: Step): Promise<void>
  /** Ends what can be ended, and waits for the rest. Says whether an answer or a process was lost since the last time. */
  end(): Promise<{ isLossy: boolean }>
  readonly counts: Readonly<Record<string, number>>
}

type Mood = Extract<Trouble, { do: 'application' }>['is'] | 'well'

const slowMs = 700

/** What goes wrong around Lockstep. */
export function createTroubles(constellation: Constellation, model: ApplicationModel): Troubles {
  const { simulator, application } = constellation
  const counts: Record<string, number> = {}
  const lateWords = createLateWords(constellation, model)
  const underWay = new Set<Promise<void>>()
  const busy = new Set<string>()
  let mood: Mood = 'well'
  let isLossy = false
  let lateUntilMs = 0
  /** Mailboxes of which Exchange may have said that half of it is all. */
  const halfListed = new Set<string>()

  application.answerWith(async (change) => {
    if (mood === 'away') return model.miss(change)
    if (mood === 'slow') await wait(slowMs)
    const answer = model.receive(change)
    return mood === 'forgetful' ? { status: 503 } : answer
  })
  const goOn = (does: () => Promise<void>) => {
    const going = does().finally(() => underWay.delete(going))
    underWay.add(going)
  }
  /** One trouble at a time for each service. */
  const alone = (name: string, does: () => Promise<void>) => {
    if (busy.has(name)) return false
    busy.add(name)
    goOn(async () => {
      await does()
      busy.delete(name)
    })
    return true
  }

  function start(action: Action): boolean {
    switch (action.do) {
      case 'fault': {
        simulator.faults.add(action.fault)
        if (action.fault.kind === 'incompleteListing') halfListed.add(action.fault.mailbox!)
        isLossy ||= ['dropAfterEffect', 'lateEffect', 'dropBeforeEffect'].includes(action.fault.kind)
        if (action.fault.kind === 'lateEffect') lateUntilMs = action.fault.effectAfterMs
        return true
      }
      case 'outage':
        isLossy = true
        return alone('exchange', async () => {
          const id = simulator.faults.add({ kind: 'refuseConnections' })
          await wait(action.forMs)
          simulator.faults.remove(id)
        })
      case 'application':
        return alone('application', async () => {
          mood = action.is
          await wait(action.forMs)
          mood = 'well'
        })
      case 'kill':
        isLossy = true
        return alone(`${action.service} ${action.place}`, () =>
          constellation.kill(action.service, action.place),
        )
      case 'freeze':
        isLossy = true
        return alone(`${action.service} ${action.place}`, () =>
          constellation.freeze(action.service, action.place, action.forMs),
        )
      case 'sleep':
        isLossy = true
        return alone(`${action.service} ${action.place}`, async () => {
          if (await constellation.sleep(action)) counts['heldCommit'] = (counts['heldCommit'] ?? 0) + 1
        })
      case 'restartRedis':
        isLossy = true
        return alone('redis', () => constellation.restartRedis())
      default:
        return false
    }
  }

  return {
    counts,
    start(action) {
      const isStarted = start(action)
      const name = action.do === 'fault' ? action.fault.kind : action.do
      if (isStarted) counts[name] = (counts[name] ?? 0) + 1
      return isStarted
    },
    async take(step) {
      isLossy = true
      await lateWords.take(step)
      if (step.do === 'stop') counts['heldCommit'] = (counts['heldCommit'] ?? 0) + 1
    },
    async end() {
      while (underWay.size > 0) await Promise.all(underWay)
      simulator.faults.clear()
      if (lateUntilMs > 0) await wait(lateUntilMs)
      for (const mailbox of halfListed) await repair(constellation.ingressUrl, mailbox)
      halfListed.clear()
      const was = isLossy
      isLossy = false
      lateUntilMs = 0
      return { isLossy: was }
    },
  }
}

/** What an incomplete listing left out nobody misses; whoever learns of it compares once more. */
async function repair(ingressUrl: string, mailbox: string): Promise<void> {
  const url = `${ingressUrl}/v1/mailboxes/${mailbox}/repair`
  for (;;) {
    const response = await fetch(url, { method: 'POST', headers: { authorization: 'Bearer test' } })
    if (response.ok) return
    // Redis may be on its way back still.
    if (response.status !== 503) throw new Error(`repair of ${mailbox}: ${response.status}`)
    await wait(500)
  }
}
