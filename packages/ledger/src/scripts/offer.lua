-- Keeps what is about to be told as the next revision, and of those the newest ones.
--
-- KEYS  1 appointment  2 deliveries  3 due:deliveries
-- ARGV  1 appointment id  2 mailbox id  3 epoch  4 now  5 offer  6 how many are kept
-- Returns the revision, 0 if the record moved (nothing is stored, the appointment is due now).

-- include due
-- include delivery

if not is_unmoved(KEYS[1], ARGV[3]) then
  let_go(KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2], ARGV[3], ARGV[4])
  return 0
end
local revision = redis.call('HINCRBY', KEYS[1], 'r', 1)
redis.call('HSET', KEYS[1], 'o' .. revision, ARGV[5])
redis.call('HDEL', KEYS[1], 'o' .. (revision - tonumber(ARGV[6])))
return revision
