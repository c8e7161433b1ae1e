-- Lets a direction of a mailbox go on: the brake is off, what was counted is forgotten, and the mailbox is due when its
-- first appointment is.
--
-- KEYS  1 mailbox  2 counted deletions  3 appointments by due time  4 due of the work
-- ARGV  1 mailbox id  2 now  3 field of the brake  4 field of the release
-- Returns 1 if the brake was on.

if redis.call('HDEL', KEYS[1], ARGV[3]) == 0 then return 0 end
redis.call('HSET', KEYS[1], ARGV[4], ARGV[2])
redis.call('DEL', KEYS[2])
local earliest = redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')[2]
if earliest then redis.call('ZADD', KEYS[4], earliest, ARGV[1]) end
return 1
