import { setTimeout as wait } from 'node:timers/promises'

export type Pace = {
  /** So many runs may follow each other at once, */
  burst: number
  /** and then one in this time. */
  everyMs: number
  /** Callers that may wait for the next run. */
  mostWaiting: number
}

type Demand = { changed: boolean }
type Waiting<Result> = { demand: Demand; callers: number; result: Promise<Result> }
type Lane<Result> = {
  fullAtMs: number
  running: Promise<unknown> | undefined
  next?: Waiting<Result> | undefined
}

/**
 * Runs something for a key, at its pace: who calls while it may not run shares the next run with all others who wait.
 * `undefined` if too many wait already.
 */
export function createPacer<Result>(
  run: (key: string, demand: Demand) => Promise<Result>,
  { burst, everyMs, mostWaiting }: Pace,
): (key: string, demand: Demand) => Promise<Result> | undefined {
  const lanes = new Map<string, Lane<Result>>()

  async function start(key: string, lane: Lane<Result>, demand: Demand): Promise<Result> {
    lane.fullAtMs = Math.max(lane.fullAtMs, performance.now()) + everyMs
    const running = run(key, demand)
    lane.running = running
    return running.finally(() => (lane.running = undefined))
  }

  async function startNext(key: string, lane: Lane<Result>, demand: Demand): Promise<Result> {
    await lane.running?.catch(() => {})
    const restMs = lane.fullAtMs - (burst - 1) * everyMs - performance.now()
    if (restMs > 0) await wait(restMs)
    lane.next = undefined
    return start(key, lane, demand)
  }

  return (key, { changed }) => {
    const lane = laneOf(lanes, key)
    if (lane.next) {
      if (lane.next.callers >= mostWaiting) return undefined
      lane.next.callers += 1
      lane.next.demand.changed ||= changed
      return lane.next.result
    }
    const isFree = lane.fullAtMs - (burst - 1) * everyMs <= performance.now()
    if (isFree && !lane.running) return start(key, lane, { changed })
    const demand = { changed }
    const result = startNext(key, lane, demand)
    lane.next = { demand, callers: 1, result }
    return result
  }
}

/** Lanes that have rested are given up, the one that was used first first. */
function laneOf<Result>(lanes: Map<string, Lane<Result>>, key: string): Lane<Result> {
  const lane = lanes.get(key) ?? { fullAtMs: 0, running: undefined }
  lanes.delete(key)
  lanes.set(key, lane)
  for (const [oldest, { fullAtMs, running, next }] of lanes) {
    if (running || next || fullAtMs > performance.now() || oldest === key) break
    lanes.delete(oldest)
  }
  return lane
}
