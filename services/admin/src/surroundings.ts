import type { Other } from '@lockstep/connections'
import { createExaminer, type Examiner } from '@lockstep/exchange/doctor'
import { connectionPrefix, createLedger, type Ledger } from '@lockstep/ledger'
import { closeRedis, connectRedis, createLogger, ready, type RedisConnection } from '@lockstep/runtime'
import { type Config, type ConnectionConfig, loadConfig } from './config.ts'
import { type RedisTrouble, whyAway } from './redis/why-away.ts'
import { CommandError, exitCodes, type Terminal } from './terminal.ts'

/** What commands work with: that of the connection they are about. */
export type Surroundings = {
  readonly connection: string
  readonly config: ConnectionConfig
  readonly examiner: Examiner
  /** The ledgers of the other connections: empty while Redis is away. */
  readonly others: readonly Other[]
  /** Both are missing while Redis is away. */
  readonly redis?: RedisConnection
  readonly redisTrouble?: RedisTrouble | undefined
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
export function ledgerOf({ ledger, redisTrouble }: Surroundings): Ledger {
  if (ledger) return ledger
  const why = redisTrouble ? ` (${redisTrouble.why})` : ''
  throw new CommandError(`Redis does not answer${why}: check REDIS_URL. \`lockstep doctor\` says more.`)
}

function configFor({ env, connection }: Terminal): Config {
  if (connection === undefined) return loadConfig(env)
  if (env['CONNECTIONS_FILE']) return loadConfig({ ...env, CONNECTIONS: connection })
  throw new CommandError('--connection names one of CONNECTIONS_FILE, which is not set', exitCodes.usage)
}

async function within<Result>(
  { service, connections, names }: Config,
  connection: string,
  use: (surroundings: Surroundings) => Promise<Result>,
): Promise<Result> {
  const { redisUrl, prefix } = service
  const config = connections.get(connection)!
  const redis = connectRedis(redisUrl, { role: 'ledger', log: createLogger('lockstep', 'silent') })
  const redisTrouble = await ready(redis, redisWaitMs).then(() => undefined, whyAway)
  const isThere = redisTrouble === undefined
  const shared = { redis, prefix: connectionPrefix(prefix, connection) }
  const examiner = createExaminer(config.exchange, isThere ? shared : undefined)
  const ledgerOf = (name: string) => createLedger(redis, { prefix, connection: name })
  const ledger = isThere ? { redis, ledger: ledgerOf(connection) } : {}
  const others = names
    .filter((name) => isThere && name !== connection)
    .map((name) => ({ name, ledger: ledgerOf(name) }))
  try {
    return await use({ connection, config, examiner, others, redisTrouble, ...ledger })
  } finally {
    await examiner.close()
    await closeRedis(redis)
  }
}
