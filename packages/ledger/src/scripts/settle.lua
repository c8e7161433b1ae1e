-- Commits an attempt that made Exchange hold a version. The link is replaced, the intents are closed, attempts and
-- failure forgotten, the handles indexed. If that version is the newest the content is gone and the appointment leaves
-- the due set, otherwise it is due now. A mark that waited for our own write is due now, one that waits for a version
-- of the application once that is written; `untold` makes one. What is cancelled is remembered for a time.
-- An item that is new to the appointment counts as unlisted until a page shows it. If the epoch moved nothing is stored: see include/overlap.lua.
--
-- KEYS  1 appointment  2 outbound  3 due:outbound  4 deliveries  5 due:deliveries  6 handles  7 unlisted  8 values of a conflict
-- ARGV  1 appointment id  2 mailbox id  3 epoch  4 intent  5 now  6 version  7 link  8 item, '' for none
--       9 '1' if untold  10 how long a cancelled one is remembered, '' for ever  11 sealed values of a conflict, '' for
--       none  12 how long they are kept
-- Returns 1 if committed, 0 if overlapped.

-- include due
-- include overlap
-- include relink
-- include mark

local id, mailbox, now = ARGV[1], ARGV[2], ARGV[5]
local known = redis.call('HMGET', KEYS[1], 'e', 'v', 'mk', 'mw', 'mp', 'mb')
if known[1] ~= ARGV[3] then
  overlap(KEYS[1], KEYS[2], KEYS[3], id, mailbox, now, ARGV[4])
  return 0
end

redis.call('HSET', KEYS[1], 's', ARGV[6], 'l', ARGV[7])
redis.call('HDEL', KEYS[1], 'i', 'j', 'k', 'kv', 'b', 'a', 'x', 'p', 'y', 'u')
local former = redis.call('HGET', KEYS[1], 'h') or ''
if ARGV[8] == '' then
  redis.call('ZREM', KEYS[7], id)
elseif former:sub(1, 22) ~= ARGV[8]:sub(1, 22) then
  redis.call('ZADD', KEYS[7], now, id)
end
relink(KEYS[1], KEYS[6], id, ARGV[8])
if ARGV[11] ~= '' then redis.call('SET', KEYS[8], ARGV[11], 'PX', ARGV[12]) end

local newest = tonumber(known[2] or -1) <= tonumber(ARGV[6])
if newest then
  redis.call('HDEL', KEYS[1], 'c')
  redis.call('ZREM', KEYS[2], id)
else
  due_at(KEYS[2], KEYS[3], id, mailbox, now)
end

local awaited = known[4] and tonumber(known[4]) > tonumber(ARGV[6])
if known[4] and not awaited then redis.call('HDEL', KEYS[1], 'mw') end
if ARGV[9] == '1' then
  put_mark(KEYS[1], KEYS[4], KEYS[5], id, mailbox,
    { kind = known[3] or 'look', reason = redis.call('HGET', KEYS[1], 'mr') or '', notified = '', now = now, due = now })
elseif known[3] and not awaited and not known[5] and not known[6] then
  due_at(KEYS[4], KEYS[5], id, mailbox, now)
end

if newest and ARGV[10] ~= '' and not known[3] and ARGV[9] ~= '1' then
  redis.call('PEXPIRE', KEYS[1], ARGV[10])
else
  redis.call('PERSIST', KEYS[1])
end
return 1
