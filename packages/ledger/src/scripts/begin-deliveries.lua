-- Begins a delivery of each of these appointments that is (still) due and marked. It gets an epoch of its own, and is
-- due again when the lease ends, should nobody say how it ended. What is being written, or was with unknown outcome,
-- is put off: the commit makes it due. So is an item that was
-- linked and of which nothing was settled, while a version of the application is on its way that will tell more of it.
--
-- KEYS  1 deliveries  2… appointments
-- ARGV  1 now  2 end of the lease  3 until when to put off  4… the id of each appointment
-- Returns for each appointment its fields (name, value, …), empty if no delivery began.

local function is_awaited(appointment)
  local known = redis.call('HMGET', appointment, 'v', 'h', 's', 'x', 'p')
  local failed = known[4] and known[4] ~= 'NOT_LISTED'
  return known[1] and known[2] and not (known[3] or failed or known[5])
end

local begun = {}
for n = 2, #KEYS do
  local id = ARGV[n + 2]
  local due = redis.call('ZSCORE', KEYS[1], id)
  begun[n - 1] = {}
  if due and tonumber(due) <= tonumber(ARGV[1]) then
    local known = redis.call('HMGET', KEYS[n], 'mk', 'mp', 'i', 'j', 'p')
    if not known[1] or known[2] then
      redis.call('ZREM', KEYS[1], id)
    elseif known[3] or (known[4] and not known[5]) or is_awaited(KEYS[n]) then
      redis.call('ZADD', KEYS[1], ARGV[3], id)
    else
      redis.call('HSET', KEYS[n], 'mb', redis.call('HINCRBY', KEYS[n], 'e', 1))
      redis.call('HINCRBY', KEYS[n], 'ma', 1)
      redis.call('HDEL', KEYS[n], 'mw')
      redis.call('ZADD', KEYS[1], ARGV[2], id)
      begun[n - 1] = redis.call('HGETALL', KEYS[n])
    end
  end
end
return begun
