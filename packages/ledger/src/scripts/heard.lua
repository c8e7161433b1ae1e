-- Notes a sign of life of the mailbox's subscription, unless it came with the token of a former one.
--
-- KEYS  1 mailbox
-- ARGV  1 digest of the token  2 now

local known = redis.call('HMGET', KEYS[1], 'token', 'heard')
if known[1] == ARGV[1] and tonumber(ARGV[2]) > tonumber(known[2]) then
  redis.call('HSET', KEYS[1], 'heard', ARGV[2])
end
