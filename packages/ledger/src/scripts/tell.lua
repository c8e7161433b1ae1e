-- Commits a delivery: the application knows what the link says, or there was nothing to tell. The mark is gone, unless
-- the appointment was marked anew meanwhile: then it is due now. If the application gave the appointment an id of its
-- own the record moves there: see include/rename.lua.
--
-- KEYS  1 appointment  2 deliveries  3 due:deliveries  4 outbound  5 due:outbound  6 handles  7 appointment under its
--       new id (the first again if it keeps its id)
-- ARGV  1 appointment id  2 mailbox id  3 epoch  4 serial of the mark  5 now  6 version  7 link  8 item, '' for none
--       9 how long it is remembered, '' for ever  10 new id, '' to keep it  11 how long the old id is remembered
-- Returns 1 if told, 0 if the record moved (nothing is stored, the appointment is due now).

-- include due
-- include relink
-- include delivery
-- include rename

local id, mailbox, now = ARGV[1], ARGV[2], ARGV[5]
if not is_unmoved(KEYS[1], ARGV[3]) then
  let_go(KEYS[1], KEYS[2], KEYS[3], id, mailbox, ARGV[3], now)
  return 0
end

redis.call('HSET', KEYS[1], 's', ARGV[6], 'l', ARGV[7])
relink(KEYS[1], KEYS[6], id, ARGV[8])
redis.call('HDEL', KEYS[1], 'mb', 'ma', 'mc')
if redis.call('HGET', KEYS[1], 'ms') ~= ARGV[4] then
  due_at(KEYS[2], KEYS[3], id, mailbox, now)
else
  redis.call('HDEL', KEYS[1], 'mk', 'mr', 'ms', 'mt', 'mn', 'mw', 'mp')
  redis.call('ZREM', KEYS[2], id)
  if ARGV[9] ~= '' then redis.call('PEXPIRE', KEYS[1], ARGV[9]) end
end

if ARGV[10] ~= '' then rename(KEYS[1], KEYS[7], id, ARGV[10], KEYS[6], { KEYS[2], KEYS[4] }, ARGV[11]) end
return 1
