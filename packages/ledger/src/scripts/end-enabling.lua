-- Keeps what came of a request, or gives it back, unless another took its place meanwhile: that one is due now.
--
-- KEYS  1 enablings  2 those that are due  3 those that have ended
-- ARGV  1 address  2 id of the request  3 the request as it is now  4 now  5 '' if it has not ended
-- Returns 1 if it was still that request.

local stored = redis.call('HGET', KEYS[1], ARGV[1])
local known = stored and cjson.decode(stored)
if not known or known.id ~= ARGV[2] or known.ended then
  if known and not known.ended then redis.call('ZADD', KEYS[2], 'XX', ARGV[4], ARGV[1]) end
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
if ARGV[5] == '' then
  redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
else
  redis.call('ZREM', KEYS[2], ARGV[1])
  redis.call('ZADD', KEYS[3], ARGV[4], ARGV[1])
end
return 1
