-- Asks for mailboxes to be tested and enabled. One that is asked for already stays as it is, unless it was only to be
-- tested and is to be enabled now.
--
-- KEYS  1 enablings  2 those that are due  3 those that have ended
-- ARGV  1 now  2 '1' to enable  then for each: address, the request

for i = 3, #ARGV, 2 do
  local stored = redis.call('HGET', KEYS[1], ARGV[i])
  local known = stored and cjson.decode(stored)
  if not known or known.ended or (ARGV[2] == '1' and not known.enables) then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
    redis.call('ZADD', KEYS[2], ARGV[1], ARGV[i])
    redis.call('ZREM', KEYS[3], ARGV[i])
  end
end
