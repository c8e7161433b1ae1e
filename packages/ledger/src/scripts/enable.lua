-- Gives the address a mailbox, unless it has one.
--
-- KEYS  1 addresses  2 mailboxes
-- ARGV  1 address  2 id  3 the mailbox
-- Returns the mailbox that the address has now.

local id = redis.call('HGET', KEYS[1], ARGV[1])
if id then return redis.call('HGET', KEYS[2], id) end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
return ARGV[3]
