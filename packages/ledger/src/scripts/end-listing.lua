-- Ends a pass over all items of a mailbox, unless another one began meanwhile. If it is the first one that is complete,
-- the mailbox is known whole from now on, and deliveries that were held for it are due: at once, unless the mailbox is
-- restored, and the application may know of them already.
--
-- KEYS  1 mailbox  2 handles that were listed  3 deliveries  4 due:deliveries
-- ARGV  1 mailbox id  2 now  3 the pass as it is stored  4 as it is from now on  5 until when deliveries were held
--       6 since when the mailbox is restored, '' if it is not
-- Returns 1 if it ended.

if redis.call('HGET', KEYS[1], 'listing') ~= ARGV[3] then return 0 end
redis.call('HSET', KEYS[1], 'listing', ARGV[4])
redis.call('DEL', KEYS[2])
if redis.call('HSETNX', KEYS[1], 'whole', ARGV[2]) == 0 or ARGV[6] ~= '' then
  return 1
end
local held = redis.call('ZRANGEBYSCORE', KEYS[3], ARGV[5], ARGV[5])
for _, id in ipairs(held) do redis.call('ZADD', KEYS[3], ARGV[2], id) end
if #held > 0 then redis.call('ZADD', KEYS[4], 'LT', ARGV[2], ARGV[1]) end
return 1
