import { createExaminer, type Examiner } from '@lockstep/exchange/doctor'
import { connectionPrefix, createLedger, type Ledger } from '@lockstep/ledger'
import { closeRedis, connectRedis, createLogger, ready, type RedisConnection } from '@lockstep/runtime'
import { type Config, type ConnectionConfig, loadConfig } from './config.ts'
import { CommandError, exitCodes, type Terminal } from './terminal.ts'

/** What commands work with: that of the connection they are about. */
export type Surroundings = {
  readonly connection: string
  readonly config: ConnectionConfig
  readonly examiner: Examiner
  /** Both are missing while Redis is away. */
  readonly redis?: RedisConnection
  readonly ledger?: Ledger
}

const redisWaitMs = 2_000

/** Opens those of the connection that is meant for `use`, and closes them whatever comes of it. */
export async function withSurroundings<Result>(
  terminal: Terminal,
  use: (surroundings: Surroundings) => Promise<Result>,
): Promise<Result> {
  const config = configFor(terminal)
  const [connection, ...others] = config.connections.keys()
  if (connection === undefined || others.length > 0) {
    const names = config.names.join(', ')
    throw new CommandError(`Say which connection is meant: --connection, one of ${names}`, exitCodes.usage)
  }
  return within(config, connection, use)
}

/** The same for one connection after the other, if none is named. */
export async function withEachSurroundings<Result>(
  terminal: Terminal,
  use: (surroundings: Surroundings) => Promise<Result>,
): Promise<Result[]> {
  const config = configFor(terminal)
  const results = []
  for (const connection of config.connections.keys()) results.push(await within(config, connection, use))
  return results
}

/** For what cannot be done without it. */
export function ledgerOf({ ledger }: Surroundings): Ledger {
  if (ledger) return ledger
  throw new CommandError('Redis does not answer: check REDIS_URL. `lockstep doctor` says more.')
}

function configFor({ env, connection }: Terminal): Config {
  if (connection === undefined) return loadConfig(env)
  if (env['CONNECTIONS_FILE']) return loadConfig({ ...env, CONNECTIONS: connection })
  throw new CommandError('--connection names one of CONNECTIONS_FILE, which is not set', exitCodes.usage)
}

async function within<Result>(
  { service, connections }: Config,
  connection: string,
  use: (surroundings: Surroundings) => Promise<Result>,
): Promise<Result> {
  const { redisUrl, prefix } = service
  const config = connections.get(connection)!
  const redis = connectRedis(redisUrl, { role: 'ledger', log: createLogger('lockstep', 'silent') })
  const isThere = await ready(redis, redisWaitMs).then(
    () => true,
    () => false,
  )
  const shared = { redis, prefix: connectionPrefix(prefix, connection) }
  const examiner = createExaminer(config.exchange, isThere ? shared : undefined)
  const ledger = isThere ? { redis, ledger: createLedger(redis, { prefix, connection }) } : {}
  try {
    return await use({ connection, config, examiner, ...ledger })
  } finally {
    await examiner.close()
    await closeRedis(redis)
  }
}
