import { createExaminer, type Examiner } from '@lockstep/exchange/doctor'
import { createLedger, type Ledger } from '@lockstep/ledger'
import { closeRedis, connectRedis, createLogger, ready, type RedisConnection } from '@lockstep/runtime'
import { type Config, loadConfig } from './config.ts'
import { CommandError, type Terminal } from './terminal.ts'

/** What commands work with: that of the connection they are about. */
export type Surroundings = {
  readonly config: Config
  readonly examiner: Examiner
  /** Both are missing while Redis is away. */
  readonly redis?: RedisConnection
  readonly ledger?: Ledger
  close(): Promise<void>
}

const redisWaitMs = 2_000

export async function openSurroundings({ env }: Terminal): Promise<Surroundings> {
  const config = loadConfig(env)
  const { redisUrl, prefix } = config
  const redis = connectRedis(redisUrl, { role: 'ledger', log: createLogger('lockstep', 'silent') })
  const isThere = await ready(redis, redisWaitMs).then(
    () => true,
    () => false,
  )
  const examiner = createExaminer(config.exchange, isThere ? { redis, prefix } : undefined)
  return {
    config,
    examiner,
    ...(isThere && { redis, ledger: createLedger(redis, { prefix }) }),
    async close() {
      await examiner.close()
      await closeRedis(redis)
    },
  }
}

/** Opens them for `use`, and closes them whatever comes of it. */
export async function withSurroundings<Result>(
  terminal: Terminal,
  use: (surroundings: Surroundings) => Promise<Result>,
): Promise<Result> {
  const surroundings = await openSurroundings(terminal)
  try {
    return await use(surroundings)
  } finally {
    await surroundings.close()
  }
}

/** For what cannot be done without it. */
export function ledgerOf({ ledger }: Surroundings): Ledger {
  if (ledger) return ledger
  throw new CommandError('Redis does not answer: check REDIS_URL. `lockstep doctor` says more.')
}
