-- Counts these appointments by what they are parked for, and takes off the list those that are parked no more. One that
-- has another id by now is listed under that.
--
-- KEYS  1 parked  2… appointments
-- ARGV  1 code of those that are unconfirmed  2 code of those that sleep  3… the id of each appointment
-- Returns how many are parked outbound, inbound, and unconfirmed.

local outbound, inbound, unconfirmed = 0, 0, 0
for n = 2, #KEYS do
  local id = ARGV[n + 1]
  local known = redis.call('HMGET', KEYS[n], 'p', 'x', 'mp', 'n')
  if known[1] and known[2] == ARGV[1] then
    unconfirmed = unconfirmed + 1
  elseif known[1] and known[2] ~= ARGV[2] then
    outbound = outbound + 1
  end
  if known[3] then inbound = inbound + 1 end
  if not known[1] and not known[3] then
    local since = redis.call('ZSCORE', KEYS[1], id)
    redis.call('ZREM', KEYS[1], id)
    if known[4] and since then redis.call('ZADD', KEYS[1], since, known[4]) end
  end
end
return { outbound, inbound, unconfirmed }
