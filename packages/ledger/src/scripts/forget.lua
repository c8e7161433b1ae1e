-- Takes the mailbox off those that are enabled, and notes since when it is leaving. That it was asked for is forgotten.
--
-- KEYS  1 addresses  2 mailboxes  3 leaving  4 enablings  5 those that are due  6 those that have ended  7 awaited
-- ARGV  1 mailbox id  2 now
-- Returns 1 if it was enabled.

local stored = redis.call('HGET', KEYS[2], ARGV[1])
if not stored then return 0 end
local address = cjson.decode(stored).address
redis.call('HDEL', KEYS[1], address)
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[2])
redis.call('SREM', KEYS[7], ARGV[1])
redis.call('HDEL', KEYS[4], address)
redis.call('ZREM', KEYS[5], address)
redis.call('ZREM', KEYS[6], address)
return 1
