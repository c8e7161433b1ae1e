-- Marks the appointment as untold. A mark that is there already keeps the times since when it waits and at which its
-- notification came in; kind and reason are replaced, the serial grows, and it is no longer parked. A mark whose
-- delivery is in flight, or that waits for a version of the application, keeps its due time; so does, if no other one is
-- given ('' for now), any that is not parked.
local function put_mark(appointment, appointments, mailboxes, id, mailbox, mark)
  local known = redis.call('HMGET', appointment, 'mt', 'mn', 'mb', 'mw', 'mp')
  redis.call('PERSIST', appointment)
  redis.call('HINCRBY', appointment, 'ms', 1)
  redis.call('HSET', appointment, 'mk', mark.kind)
  if mark.reason == '' then
    redis.call('HDEL', appointment, 'mr')
  else
    redis.call('HSET', appointment, 'mr', mark.reason)
  end
  if not known[1] then redis.call('HSET', appointment, 'mt', mark.now) end
  if not known[2] and mark.notified ~= '' then redis.call('HSET', appointment, 'mn', mark.notified) end
  redis.call('HDEL', appointment, 'ma', 'mc', 'mp')
  local stays = known[3] or known[4] or (mark.due == '' and known[1] and not known[5])
  if not stays then due_at(appointments, mailboxes, id, mailbox, mark.due == '' and mark.now or mark.due) end
end
