export { findRedisProgram, type RedisProgram } from './redis-program.ts'
export { type RedisOptions, type RunningRedis, startRedis } from './redis.ts'
export { freePort } from './ports.ts'
export { variables } from './settings.ts'
