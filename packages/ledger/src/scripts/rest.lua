-- Sets the due time of the mailbox anew, from what is due in it: the earliest appointment, or else the named times of
-- the mailbox itself. While the work is braked the mailbox is not due.
--
-- KEYS  1 due of the work  2 mailbox  3 appointments by due time, if the work has any
-- ARGV  1 mailbox id  2… the field of the brake, if the work has appointments, else fields that hold a time
-- Returns the earliest due time, '' if there is none.

local earliest = ''
local function consider(time)
  if time and (earliest == '' or tonumber(time) < tonumber(earliest)) then earliest = time end
end

if not KEYS[3] then
  for n = 2, #ARGV do consider(redis.call('HGET', KEYS[2], ARGV[n])) end
elseif redis.call('HEXISTS', KEYS[2], ARGV[2]) == 0 then
  consider(redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')[2])
end

if earliest == '' then
  redis.call('ZREM', KEYS[1], ARGV[1])
else
  redis.call('ZADD', KEYS[1], earliest, ARGV[1])
end
return earliest
