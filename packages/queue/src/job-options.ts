import type { JobsOptions, WorkerOptions } from 'bullmq'

/**
 * Retry is the ledger's business, not the queue's: a job runs once. Failures are kept for people to look at, capped,
 * and without a stack, which could quote what was being worked on.
 */
export const jobOptions = {
  attempts: 1,
  removeOnComplete: true,
  removeOnFail: { count: 1_000, age: 7 * 24 * 60 * 60 },
  stackTraceLimit: 0,
} satisfies JobsOptions

/**
 * One job at a time for a mailbox, and a wake-up that comes while it runs makes exactly one more. Never with a jobId
 * of our own: that is checked first, and the wake-up would be lost.
 */
export function oneAtATime(mailboxId: string): JobsOptions {
  return { deduplication: { id: mailboxId, keepLastIfActive: true } }
}

/** A killed worker's jobs are taken over within 13 s, when its lock has ended and that was seen, however often that happens. */
export const workerTiming = {
  lockDuration: 10_000,
  stalledInterval: 2_500,
  maxStalledCount: 10,
  /** After an error between BullMQ and Redis; 15 s by default. */
  runRetryDelay: 1_000,
  metrics: { maxDataPoints: 60 },
} satisfies Partial<WorkerOptions>
