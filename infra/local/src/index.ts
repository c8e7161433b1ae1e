export { type RedisOptions, type RunningRedis, startRedis } from './redis.ts'
