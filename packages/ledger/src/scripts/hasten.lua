-- An appointment that waits with that code is due now, unless an attempt is in flight.
--
-- KEYS  1 appointment  2 outbound  3 due:outbound
-- ARGV  1 appointment id  2 mailbox id  3 now  4 code
-- Returns 1 if it is due now.

-- include due

local known = redis.call('HMGET', KEYS[1], 'i', 'p', 'x')
if known[1] or known[2] or known[3] ~= ARGV[4] then return 0 end
due_at(KEYS[2], KEYS[3], ARGV[1], ARGV[2], ARGV[3])
return 1
