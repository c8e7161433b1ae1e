-- The appointment is due at that time, and its mailbox no later than that.
local function due_at(appointments, mailboxes, id, mailbox, at)
  redis.call('ZADD', appointments, at, id)
  redis.call('ZADD', mailboxes, 'LT', at, mailbox)
end
