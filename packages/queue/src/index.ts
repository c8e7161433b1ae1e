export type { RedisSource } from './clients.ts'
export {
  consume,
  type ConsumeHooks,
  type ConsumeOptions,
  type Consumer,
  type MailboxHandler,
  type SliceResult,
} from './consume.ts'
export { type MailboxJob, mailboxJobSchema, type QueueName, queueNames } from './contracts.ts'
export { type Maintenance, type MaintenanceOptions, startMaintenance, type Task } from './maintenance.ts'
export { createQueues, type Queues, type QueuesOptions } from './queues.ts'
export { readySoon } from './ready-soon.ts'
export { startSweeping } from './start-sweeping.ts'
export { sweepDue } from './sweep.ts'
export { type Counts, QueueUnavailableError, type WakeQueue } from './wake-queue.ts'
