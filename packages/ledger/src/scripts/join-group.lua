-- Gives the mailbox a place in the first group that has one, unless it has a place already.
--
-- KEYS  1 group of each mailbox  2 members of each group
-- ARGV  1 mailbox id  2 most members of a group
-- Returns the group.

local group = redis.call('HGET', KEYS[1], ARGV[1])
if group then return group end
local n = 1
while tonumber(redis.call('HGET', KEYS[2], n) or 0) >= tonumber(ARGV[2]) do n = n + 1 end
redis.call('HSET', KEYS[1], ARGV[1], n)
redis.call('HINCRBY', KEYS[2], n, 1)
return tostring(n)
