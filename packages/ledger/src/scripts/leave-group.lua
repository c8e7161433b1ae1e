-- Takes the mailbox out of its group, with the subscription that it had there.
--
-- KEYS  1 group of each mailbox  2 members of each group  3 subscription of each mailbox
-- ARGV  1 mailbox id

local group = redis.call('HGET', KEYS[1], ARGV[1])
if not group then return end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])
if redis.call('HINCRBY', KEYS[2], group, -1) <= 0 then redis.call('HDEL', KEYS[2], group) end
