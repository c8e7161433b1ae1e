-- Whether the record is still as this delivery read it: no attempt began since, in either direction, and none of an
-- unknown outcome is open.
local function is_unmoved(appointment, epoch)
  local known = redis.call('HMGET', appointment, 'e', 'i', 'j', 'p')
  return known[1] == epoch and not known[2] and (known[4] or not known[3])
end

-- Ends a delivery whose record moved. It cost no attempt, and the appointment is due now; unless it is in the hands of
-- a later delivery already.
local function let_go(appointment, appointments, mailboxes, id, mailbox, epoch, now)
  if redis.call('HGET', appointment, 'mb') ~= epoch then return end
  redis.call('HDEL', appointment, 'mb')
  if redis.call('HINCRBY', appointment, 'ma', -1) <= 0 then redis.call('HDEL', appointment, 'ma') end
  due_at(appointments, mailboxes, id, mailbox, now)
end
