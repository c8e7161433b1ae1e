-- KEYS  1 hash
-- ARGV  1 field
-- Returns the field's value and removes it, '' if it is not there.

local value = redis.call('HGET', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[1], ARGV[1])
return value or ''
