-- Un-parks what is parked of the appointment, its attempts forgotten: due now. One that was frozen is so no more.
--
-- KEYS  1 appointment  2 outbound  3 due:outbound  4 deliveries  5 due:deliveries
-- ARGV  1 appointment id  2 mailbox id  3 now
-- Returns 1 if anything was parked or frozen.

-- include due

local thawed = redis.call('HDEL', KEYS[1], 'z')
if thawed == 1 then redis.call('HDEL', KEYS[1], 'f') end
local parked = redis.call('HMGET', KEYS[1], 'p', 'mp')
if parked[1] then
  redis.call('HDEL', KEYS[1], 'p', 'a', 'x')
  due_at(KEYS[2], KEYS[3], ARGV[1], ARGV[2], ARGV[3])
end
if parked[2] then
  redis.call('HDEL', KEYS[1], 'mp', 'ma', 'mc')
  due_at(KEYS[4], KEYS[5], ARGV[1], ARGV[2], ARGV[3])
end
return (parked[1] or parked[2] or thawed == 1) and 1 or 0
