-- Commits an attempt that did not settle. Its own intent is closed, or kept as the earlier one if its effect is
-- unknown; an intent that was open before it stays open, unless that is moot. The appointment is due at the given time, or parked.
-- If another attempt began meanwhile nothing of the outcome is stored; if besides the effect is unknown, see
-- include/overlap.lua. A mark that was put off because of the attempt is due now. What was to be parked is due now if it
-- became known meanwhile when it was born.
--
-- KEYS  1 appointment  2 outbound  3 due:outbound  4 deliveries  5 due:deliveries  6 parked
-- ARGV  1 appointment id  2 mailbox id  3 intent  4 now  5 when it is due, '' to park it  6 code, '' for none
--       7 '1' if the effect is unknown, '0' if that of earlier attempts is moot too  8 '1' if it cost an attempt
--       9 when it was born, as far as the attempt knew  10 the listing after which it waits for another, '' for none
-- Returns 1 if committed, 0 if overlapped.

-- include due
-- include overlap

local id, mailbox, now = ARGV[1], ARGV[2], ARGV[4]
local known = redis.call('HMGET', KEYS[1], 'i', 'v', 'b')
if known[1] ~= ARGV[3] then
  if ARGV[7] == '1' then overlap(KEYS[1], KEYS[2], KEYS[3], id, mailbox, now, ARGV[3]) end
  return 0
end

redis.call('HDEL', KEYS[1], 'i')
if ARGV[10] ~= '' then redis.call('HSETNX', KEYS[1], 'u', ARGV[10]) end
if ARGV[7] == '1' then redis.call('HSET', KEYS[1], 'j', ARGV[3]) end
if ARGV[7] == '0' then redis.call('HDEL', KEYS[1], 'j') end
if redis.call('HEXISTS', KEYS[1], 'j') == 0 then redis.call('HDEL', KEYS[1], 'k', 'kv') end
local mark = redis.call('HMGET', KEYS[1], 'mk', 'mb', 'mp', 'mw', 'j')
if mark[1] and not (mark[2] or mark[3] or mark[4] or mark[5]) then due_at(KEYS[4], KEYS[5], id, mailbox, now) end
local is_news = ARGV[5] == '' and (known[3] or '') ~= ARGV[9]
if is_news or known[2] ~= ARGV[3]:match('^%d+') then
  -- A newer version came while this one was tried, or the first: it waits for nothing and starts afresh.
  redis.call('HDEL', KEYS[1], 'a', 'x')
  due_at(KEYS[2], KEYS[3], id, mailbox, now)
  return 1
end

if ARGV[8] ~= '1' and redis.call('HINCRBY', KEYS[1], 'a', -1) <= 0 then redis.call('HDEL', KEYS[1], 'a') end
if ARGV[6] ~= '' then redis.call('HSET', KEYS[1], 'x', ARGV[6]) end
if ARGV[5] == '' then
  redis.call('HSET', KEYS[1], 'p', now)
  redis.call('ZREM', KEYS[2], id)
  redis.call('ZADD', KEYS[6], now, id)
else
  due_at(KEYS[2], KEYS[3], id, mailbox, ARGV[5])
end
return 1
