-- An item that was taken for one appointment's is another's: links it to that one, and marks both to be looked at, the
-- former one later. What of them is parked with that code is due now; so is what the former one still wants. The epochs
-- move, so that no attempt goes on with what it knew.
--
-- KEYS  1 appointment that has the item  2 the one whose it is  3 handles  4 outbound  5 due:outbound  6 deliveries
--       7 due:deliveries
-- ARGV  1 id of the former  2 id of the other  3 mailbox id  4 now  5 item  6 when the former is looked at  7 code
-- Returns 1 if it was handed over, 0 if it is not as it was thought to be.

-- include due
-- include relink
-- include mark
-- include observe

local from, to, mailbox, now, item = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local former = redis.call('HMGET', KEYS[1], 'h', 'v', 's', 'i')
if not former[1] or former[1]:sub(1, 22) ~= item:sub(1, 22) then return 0 end
local other = redis.call('HMGET', KEYS[2], 'h', 'n')
if other[1] or other[2] then return 0 end

local function go_on(appointment, id)
  local known = redis.call('HMGET', appointment, 'p', 'x')
  if not known[1] or known[2] ~= ARGV[7] then return end
  redis.call('HDEL', appointment, 'p', 'a', 'x')
  due_at(KEYS[4], KEYS[5], id, mailbox, now)
end

redis.call('HINCRBY', KEYS[1], 'e', 1)
relink(KEYS[1], KEYS[3], from, '')
put_mark(KEYS[1], KEYS[6], KEYS[7], from, mailbox,
  { kind = 'look', reason = '', notified = '', now = now, due = ARGV[6] })
if tonumber(former[2] or -1) > tonumber(former[3] or -1) and not former[4] then go_on(KEYS[1], from) end
observe(KEYS[2], KEYS[3], KEYS[6], KEYS[7], to, mailbox,
  { kind = 'look', reason = '', notified = '', now = now, due = now, item = item })
go_on(KEYS[2], to)
return 1
