-- Marks the appointment, and links it to the item that was seen ('' leaves the link alone). A handle that takes the
-- place of another moves the epoch: an attempt that was begun with the old one has to look again.
local function observe(appointment, handles, appointments, mailboxes, id, mailbox, mark)
  if mark.item ~= '' then
    local former = redis.call('HGET', appointment, 'h')
    if former and former:sub(1, 22) ~= mark.item:sub(1, 22) then redis.call('HINCRBY', appointment, 'e', 1) end
    relink(appointment, handles, id, mark.item)
  end
  put_mark(appointment, appointments, mailboxes, id, mailbox, mark)
end
