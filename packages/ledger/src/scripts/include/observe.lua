-- Marks the appointment, and links it to the item that was seen ('' leaves the link alone). A handle that takes the
-- place of another, or of none, moves the epoch: an attempt that was begun without it has to look again, and a delivery
-- that was would take it off.
local function observe(appointment, handles, appointments, mailboxes, id, mailbox, mark)
  if mark.item ~= '' then
    local former = redis.call('HGET', appointment, 'h')
    if (former or ''):sub(1, 22) ~= mark.item:sub(1, 22) then redis.call('HINCRBY', appointment, 'e', 1) end
    relink(appointment, handles, id, mark.item)
  end
  put_mark(appointment, appointments, mailboxes, id, mailbox, mark)
end
