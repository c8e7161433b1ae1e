-- Ends a delivery without success: due at the given time, or parked. One that waits for a version of the application is
-- due as soon as that is settled. An appointment that was marked anew meanwhile is not parked, it is due now.
-- Nothing is stored if a later delivery has it in hand.
--
-- KEYS  1 appointment  2 deliveries  3 due:deliveries  4 parked
-- ARGV  1 appointment id  2 mailbox id  3 epoch  4 serial of the mark  5 when it is due  6 '1' to park it  7 code or ''
--       8 '1' if it cost an attempt  9 version to wait for, '' for none

-- include due

local known = redis.call('HMGET', KEYS[1], 'mb', 'ms', 's')
if known[1] ~= ARGV[3] then return end
redis.call('HDEL', KEYS[1], 'mb')
if ARGV[8] ~= '1' and redis.call('HINCRBY', KEYS[1], 'ma', -1) <= 0 then redis.call('HDEL', KEYS[1], 'ma') end
if ARGV[7] ~= '' then redis.call('HSET', KEYS[1], 'mc', ARGV[7]) end
if ARGV[9] ~= '' and tonumber(known[3] or 0) < tonumber(ARGV[9]) then redis.call('HSET', KEYS[1], 'mw', ARGV[9]) end

if ARGV[6] == '1' and known[2] == ARGV[4] then
  redis.call('HSET', KEYS[1], 'mp', ARGV[5])
  redis.call('ZREM', KEYS[2], ARGV[1])
  redis.call('ZADD', KEYS[4], ARGV[5], ARGV[1])
else
  due_at(KEYS[2], KEYS[3], ARGV[1], ARGV[2], ARGV[5])
end
