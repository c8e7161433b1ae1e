-- Marks one appointment as untold; see include/mark.lua and include/observe.lua.
--
-- KEYS  1 appointment  2 deliveries  3 due:deliveries  4 handles
-- ARGV  1 appointment id  2 mailbox id  3 now  4 kind  5 reason, '' for none  6 when it was notified, '' if it was not
--       7 when it is due, '' for now if it is new  8 item, '' to leave it
-- Returns '' if marked, the new id if the appointment has another id by now (nothing is stored).

-- include due
-- include relink
-- include mark
-- include observe

local new = redis.call('HGET', KEYS[1], 'n')
if new then return new end
observe(KEYS[1], KEYS[4], KEYS[2], KEYS[3], ARGV[1], ARGV[2], {
  now = ARGV[3], kind = ARGV[4], reason = ARGV[5], notified = ARGV[6], due = ARGV[7], item = ARGV[8],
})
return ''
