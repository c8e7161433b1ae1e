-- Un-parks an appointment that is parked with that code: due now, its attempts forgotten. What was decided of it is kept
-- until it is settled.
--
-- KEYS  1 appointment  2 outbound  3 due:outbound
-- ARGV  1 appointment id  2 mailbox id  3 now  4 decision, '' for none  5 code
-- Returns 1 if it was parked so.

-- include due

local known = redis.call('HMGET', KEYS[1], 'p', 'x')
if not known[1] or known[2] ~= ARGV[5] then return 0 end
redis.call('HDEL', KEYS[1], 'p', 'a', 'x')
if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], 'y', ARGV[4]) end
due_at(KEYS[2], KEYS[3], ARGV[1], ARGV[2], ARGV[3])
return 1
