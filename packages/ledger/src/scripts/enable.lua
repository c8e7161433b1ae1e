-- Gives the address a mailbox, unless it has one. With the first one the ledger is begun; those that are enabled soon
-- after it are awaited until they are listed.
--
-- KEYS  1 addresses  2 mailboxes  3 beginning  4 awaited
-- ARGV  1 address  2 id  3 the mailbox  4 now  5 how long the beginning lasts
-- Returns the mailbox that the address has now.

local id = redis.call('HGET', KEYS[1], ARGV[1])
if id then return redis.call('HGET', KEYS[2], id) end
if redis.call('EXISTS', KEYS[2]) == 0 then redis.call('HSETNX', KEYS[3], 'at', ARGV[4]) end
local at = redis.call('HGET', KEYS[3], 'at')
if at and tonumber(ARGV[4]) <= at + ARGV[5] then redis.call('SADD', KEYS[4], ARGV[2]) end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
return ARGV[3]
