-- Notes for each of these attempts that is still the newest of its appointment that it writes now: its intent says when,
-- and its lease is counted from here.
--
-- KEYS  1 outbound  2… appointments
-- ARGV  1 end of the lease  2… for each appointment its id, its intent, and the intent that says now
-- Returns for each attempt 1 if it is renewed, 0 if another one began meanwhile or the appointment is gone.

local renewed = {}
for n = 2, #KEYS do
  local id, intent, now = ARGV[3 * n - 4], ARGV[3 * n - 3], ARGV[3 * n - 2]
  renewed[n - 1] = 0
  if redis.call('HGET', KEYS[n], 'i') == intent then
    redis.call('HSET', KEYS[n], 'i', now)
    redis.call('ZADD', KEYS[1], 'XX', ARGV[1], id)
    renewed[n - 1] = 1
  end
end
return renewed
