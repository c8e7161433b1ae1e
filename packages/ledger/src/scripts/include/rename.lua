-- Moves a record to another id of the same mailbox, with its handles and dues. A record that is there already keeps
-- what the application wants of it; one that was ever written, or is being written, keeps its id to itself.
-- What is left under the old id names the new one, for those who still hold the old.
-- Returns whether the record was moved.
local function rename(from, to, id, new, handles, dues, remember)
  local there = redis.call('HMGET', to, 'v', 's', 'h', 'i', 'j')
  if there[2] or there[3] or there[4] or there[5] then return false end

  local wanted = { v = true, w = true, c = true, b = true, a = true, x = true, p = true, u = true }
  local fields = redis.call('HGETALL', from)
  for n = 1, #fields, 2 do
    if not (there[1] and wanted[fields[n]]) then redis.call('HSET', to, fields[n], fields[n + 1]) end
  end
  redis.call('PERSIST', to)

  local item = redis.call('HGET', from, 'h')
  if item then relink(to, handles, new, item) end
  for _, due in ipairs(dues) do
    local at = redis.call('ZSCORE', due, id)
    redis.call('ZREM', due, id)
    if at then redis.call('ZADD', due, 'NX', at, new) end
  end
  redis.call('DEL', from)
  redis.call('HSET', from, 'n', new)
  redis.call('PEXPIRE', from, remember)
  return true
end
