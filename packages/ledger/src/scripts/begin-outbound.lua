-- Begins an attempt at each of these appointments that is (still) due. It gets an epoch of its own and an intent, and
-- is due again when the lease ends, should nothing be committed until then. An intent that is still open becomes the
-- earlier one: what it did is unknown, and stays so over any number of attempts that end without an outcome. What is
-- settled leaves the due set, and holds no content any more: a delivery may have found that it was written before.
--
-- KEYS  1 outbound  2… appointments
-- ARGV  1 now  2 end of the lease  3… for each appointment its id and the name of the attempt
-- Returns for each appointment its fields (name, value, …), empty if no attempt began.

local begun = {}
for n = 2, #KEYS do
  local id, attempt = ARGV[2 * n - 1], ARGV[2 * n]
  local due = redis.call('ZSCORE', KEYS[1], id)
  begun[n - 1] = {}
  if due and tonumber(due) <= tonumber(ARGV[1]) then
    local known = redis.call('HMGET', KEYS[n], 'v', 's', 'i', 'j')
    local unsettled = tonumber(known[1] or -1) > tonumber(known[2] or -1)
    if known[1] and (unsettled or known[3] or known[4]) then
      if known[3] then redis.call('HSET', KEYS[n], 'j', known[3]) end
      redis.call('HSET', KEYS[n], 'i', known[1] .. ' ' .. attempt .. ' ' .. ARGV[1])
      redis.call('HINCRBY', KEYS[n], 'e', 1)
      redis.call('HINCRBY', KEYS[n], 'a', 1)
      redis.call('ZADD', KEYS[1], ARGV[2], id)
      begun[n - 1] = redis.call('HGETALL', KEYS[n])
    else
      redis.call('HDEL', KEYS[n], 'c', 'k', 'kv')
      redis.call('ZREM', KEYS[1], id)
    end
  end
end
return begun
