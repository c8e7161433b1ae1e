export { countBrakes } from './brake-count.ts'
export { brakeConfig, brakeVariables } from './brake-variables.ts'
export { closeRedis, connectRedis, ready, type RedisConnection, type RedisRole, untilReady } from './redis.ts'
export { RedisAwayError, redisIsAway } from './redis-errors.ts'
export { type Outages, watchOutages } from './redis-outages.ts'
export {
  commonVariables,
  ConfigError,
  CONFIG_ERROR_EXIT_CODE,
  exitOnConfigError,
  indented,
  parseConfig,
  type Read,
  readConfig,
} from './config.ts'
export { fingerprintVariables } from './fingerprint-variables.ts'
export { rebuildVariables } from './rebuild-variables.ts'
export { oscillationConfig, oscillationVariables } from './oscillation-variables.ts'
export { listen, type Listening, PortInUseError } from './listen.ts'
export { createLogger, type Logger, type LogLevel } from './logger.ts'
export { createMetrics, createRegistry, type Metrics, type MetricSource } from './metrics.ts'
export { type Checks, type ProbeOptions, probesRouter, startProbes } from './probes.ts'
export {
  type FieldProblem,
  notFound,
  problem,
  ProblemError,
  type Problem,
  problems,
  sendProblem,
} from './problems.ts'
export { requestId, requestIdOf } from './request-id.ts'
export { withSecretFiles } from './secret-files.ts'
export { mailBudgetVariables, settingConfig, settingVariables } from './setting-variables.ts'
export { shutdownSignal, stopWithin } from './shutdown.ts'
export { describeVariables, flag, list, port, seconds, secret, type VariableRow } from './variables.ts'
export { createDigest } from './digest.ts'
export { createExpiryAlarm } from './expiry-alarm.ts'
export { watchExchange } from './watch-exchange.ts'
