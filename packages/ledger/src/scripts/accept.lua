-- Takes what the application wants of an appointment, if it is newer than everything known: wanted before, settled, or
-- cancelled and still remembered. The content of the version before is gone, unless that may be landing just now and this
-- one changes it: then it is kept until that is known. Its attempts are forgotten, it is no longer parked, and it is due now; an appointment that is being written keeps its lease, the commit makes it due.
-- When the appointment was born is noted also of a version that is stale, until one is settled: what is parked for want
-- of that is due now.
--
-- KEYS  1 appointment  2 outbound  3 due:outbound
-- ARGV  1 appointment id  2 mailbox id  3 version  4 head  5 content, '' for none  6 now
--       7 when it was born, '' if this version does not say so  8 code of what is parked for want of that
-- Returns 1 if accepted, 0 if stale, the new id if the appointment has another id by now (then nothing is stored).

-- include due

local known = redis.call('HMGET', KEYS[1], 'v', 's', 'i', 'n', 'j', 'c', 'p', 'x')
if known[4] then return known[4] end
local version = tonumber(ARGV[3])
local is_born = ARGV[7] ~= '' and version > tonumber(known[2] or -1)
if is_born and redis.call('HSETNX', KEYS[1], 'b', ARGV[7]) == 1 and known[7] and known[8] == ARGV[8] then
  redis.call('HDEL', KEYS[1], 'p', 'a', 'x')
  due_at(KEYS[2], KEYS[3], ARGV[1], ARGV[2], ARGV[6])
end
if version <= tonumber(known[1] or -1) or version <= tonumber(known[2] or -1) then return 0 end

local function is_in_flight(intent) return intent and intent:match('^%d+') == known[1] end

redis.call('HSET', KEYS[1], 'v', ARGV[3], 'w', ARGV[4])
if ARGV[5] == '' then
  redis.call('HDEL', KEYS[1], 'c', 'k', 'kv')
else
  if known[6] and (is_in_flight(known[3]) or is_in_flight(known[5])) then
    redis.call('HSET', KEYS[1], 'k', known[6], 'kv', known[1])
  end
  redis.call('HSET', KEYS[1], 'c', ARGV[5])
end
redis.call('HDEL', KEYS[1], 'a', 'x', 'p')
redis.call('PERSIST', KEYS[1])
if not known[3] then due_at(KEYS[2], KEYS[3], ARGV[1], ARGV[2], ARGV[6]) end
return 1
