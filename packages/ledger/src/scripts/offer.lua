-- Keeps what is about to be told as the next revision, and of those the newest ones. Not if a version of the application
-- came meanwhile: it may hide the appointment.
--
-- KEYS  1 appointment  2 deliveries  3 due:deliveries
-- ARGV  1 appointment id  2 mailbox id  3 epoch  4 now  5 offer  6 how many are kept  7 the least it may be
--       8 the newest version that was known, '' for none
-- Returns the revision, 0 if the record moved (nothing is stored, the appointment is due now).

-- include due
-- include delivery

local is_newest = (redis.call('HGET', KEYS[1], 'v') or '') == ARGV[8]
if not (is_newest and is_unmoved(KEYS[1], ARGV[3])) then
  let_go(KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2], ARGV[3], ARGV[4])
  return 0
end
local revision = math.max(tonumber(redis.call('HGET', KEYS[1], 'r') or 0) + 1, tonumber(ARGV[7]))
local offers = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  local known = field:match('^o(%d+)$')
  if known then offers[#offers + 1] = tonumber(known) end
end
table.sort(offers)
while #offers >= tonumber(ARGV[6]) do
  redis.call('HDEL', KEYS[1], string.format('o%.0f', table.remove(offers, 1)))
end
redis.call('HSET', KEYS[1], 'r', string.format('%.0f', revision), string.format('o%.0f', revision), ARGV[5])
return revision
