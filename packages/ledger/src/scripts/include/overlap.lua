-- Another attempt began meanwhile, so that what Exchange holds is unknown. The epoch moves, so that the other attempt
-- learns it too; the intent stays open as one of unknown outcome. While the other attempt is in flight the appointment
-- keeps its lease, otherwise it is due at once, also if it looked settled. Of a record that is lost nothing is kept.
local function overlap(appointment, appointments, mailboxes, id, mailbox, now, intent)
  if redis.call('HEXISTS', appointment, 'v') == 0 then return end
  redis.call('HINCRBY', appointment, 'e', 1)
  redis.call('PERSIST', appointment)
  local open = redis.call('HGET', appointment, 'i')
  if open and open ~= intent then return end
  redis.call('HDEL', appointment, 'i', 'p')
  redis.call('HSET', appointment, 'j', intent)
  due_at(appointments, mailboxes, id, mailbox, now)
end
