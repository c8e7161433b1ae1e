import { createQueues, queueNames } from '@lockstep/queue'
import { Redis } from 'ioredis'
import { onTestFinished } from 'vitest'

/** What Exchange says of an appointment that is parked for it, and that is a label of the calls' metrics. */
export const rejection = 'ErrorCalendarDurationIsTooLong'
/** The name of the connection, which is a label of all metrics. */
export const connection = 'heron'

const queue = (name: string) => `{lockstep:${connection}:${name}}:${name}`
const inQueue = (name: string, rest: string) => new RegExp(`^Redis: ${literally(queue(name))}:${rest}$`)

/** Words that lie somewhere for good reason, or were put there by hand, and the places where the scan has to find each. */
export const plantings: Readonly<Record<string, readonly RegExp[]>> = {
  // The id of an appointment.
  goose: [
    /^Redis: .*name of the key/,
    /^Redis: .*:t:\w+ \d+-\d+/,
    /^Redis: .*:h:\w+ /,
    /^Redis: .*:z:\w+ \d+/,
    /^file: appendonly.*\.rdb/,
    /^file: dump\.rdb/,
    /^output: ingress/,
    /^output: outbound-worker/,
    /^output: inbound-worker/,
    /^answer: .*v1\/trail/,
    /^answer: .*v1\/appointments\/.*goose/,
    /^answer: .*v1\/mailboxes\/.*dry-run/,
  ],
  [connection]: [
    /^Redis: .*name of the key/,
    /^output: ingress/,
    /^answer: metrics of ingress/,
    /^answer: metrics of outbound-worker/,
    /^answer: metrics of inbound-worker/,
  ],
  [rejection]: [
    /^Redis: .*:a:\w+:rejected x$/,
    /^Redis: .*:t:\w+ \d+-\d+/,
    /^output: outbound-worker/,
    /^answer: .*v1\/trail/,
    /^answer: .*v1\/appointments\/.*rejected/,
    /^answer: metrics of outbound-worker/,
  ],
  'planted-job': queueNames.map((name) => inQueue(name, String.raw`\d+ data`)),
  'planted-failure': [inQueue('outbound', String.raw`\d+ failedReason`)],
  'planted-event': [inQueue('outbound', String.raw`events \d+-\d+`)],
  'planted-stderr': [/^output: ingress/, /^output: outbound-worker/, /^output: inbound-worker/],
}

/** Has each process write a word to its standard error. */
export const stderrPlanted = {
  NODE_OPTIONS: '--import=data:text/javascript,console.error(%22planted-stderr%22)',
}

/** Jobs that nobody takes, one that failed, and an event: a queue has no other place for a word. */
export async function plantJobs(redisUrl: string): Promise<void> {
  const redis = new Redis(redisUrl)
  const queues = createQueues(redis, { prefix: 'lockstep', connection })
  onTestFinished(async () => {
    await queues.close()
    redis.disconnect()
  })
  for (const name of queueNames) {
    await redis.hset(`${queue(name)}:meta`, 'paused', 1)
    await queues[name].wake('planted-job')
  }
  await redis.hset(`${queue('outbound')}:1000000`, 'failedReason', 'planted-failure')
  await redis.xadd(`${queue('outbound')}:events`, '*', 'event', 'planted-event')
}

function literally(text: string): string {
  return text.replaceAll(/[{}]/g, String.raw`\$&`)
}
