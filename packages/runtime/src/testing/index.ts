export { eventually } from './eventually.ts'
export { redisProxy, type RedisProxy } from './redis-proxy.ts'
export { testRedis } from './test-redis.ts'
