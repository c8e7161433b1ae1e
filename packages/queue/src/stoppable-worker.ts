import { setTimeout as wait } from 'node:timers/promises'
import { type Job, Worker } from 'bullmq'

/** How long a handler has to end once its signal has aborted. */
const ABORT_GRACE_MS = 1_000

/** A worker that can be stopped within a limit, also while Redis is away; BullMQ's own close has no limit. */
export class StoppableWorker<Data> extends Worker<Data> {
  readonly #inHand = new Set<Promise<unknown>>()

  /** Takes no more jobs, waits for those in hand up to the limit, then aborts them. Says whether all of them ended. */
  async stop(limitMs: number, redisIsThere: boolean): Promise<boolean> {
    const closing = this.close().catch(() => {})
    const ended = redisIsThere ? closing : Promise.allSettled(this.#inHand)
    if (!(await endsWithin(ended, limitMs))) {
      this.cancelAllJobs('the process has to stop')
      await endsWithin(ended, ABORT_GRACE_MS)
    }
    if (!this.closed) await this.#tearDown()
    return this.#inHand.size === 0
  }

  protected override async callProcessJob(
    job: Job<Data>,
    token: string,
    signal?: AbortSignal,
  ): Promise<unknown> {
    const work = super.callProcessJob(job, token, signal)
    this.#inHand.add(work)
    return work.finally(() => this.#inHand.delete(work))
  }

  /** Ends everything that would keep the process alive. What was in hand is taken over by another worker. */
  async #tearDown(): Promise<void> {
    await this.pause(true)
    await this.lockManager.close()
    await this.getBackend().close(true)
  }
}

async function endsWithin(work: Promise<unknown>, limitMs: number): Promise<boolean> {
  const timer = new AbortController()
  const late = wait(limitMs, false, { signal: timer.signal }).catch(() => false)
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    timer.abort()
  }
}
