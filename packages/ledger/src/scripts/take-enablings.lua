-- Leases what is due, and forgets what ended long ago.
--
-- KEYS  1 enablings  2 those that are due  3 those that have ended
-- ARGV  1 now  2 until  3 how many  4 what ended before that is forgotten
-- Returns what was taken, each with one attempt more.

local old = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', ARGV[4], 'LIMIT', 0, 500)
for _, address in ipairs(old) do
  redis.call('ZREM', KEYS[3], address)
  redis.call('HDEL', KEYS[1], address)
end

local taken = {}
for _, address in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])) do
  local stored = redis.call('HGET', KEYS[1], address)
  if stored then
    -- A request that has not ended holds no list, which would not come back from this as one.
    local enabling = cjson.decode(stored)
    enabling.attempts = enabling.attempts + 1
    local text = cjson.encode(enabling)
    redis.call('HSET', KEYS[1], address, text)
    redis.call('ZADD', KEYS[2], ARGV[2], address)
    taken[#taken + 1] = text
  else
    redis.call('ZREM', KEYS[2], address)
  end
end
return taken
