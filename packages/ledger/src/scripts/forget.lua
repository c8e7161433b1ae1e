-- Takes the mailbox off those that are enabled, and notes since when it is leaving.
--
-- KEYS  1 addresses  2 mailboxes  3 leaving  4 awaited
-- ARGV  1 mailbox id  2 now
-- Returns 1 if it was enabled.

local stored = redis.call('HGET', KEYS[2], ARGV[1])
if not stored then return 0 end
redis.call('HDEL', KEYS[1], cjson.decode(stored).address)
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[2])
redis.call('SREM', KEYS[4], ARGV[1])
return 1
