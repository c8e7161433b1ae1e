-- Notes that people chose the other value of a conflict, if the appointment is still known. The newest are kept.
--
-- KEYS  1 appointment
-- ARGV  1 reversal  2 how many are kept
-- Returns 1 if it was noted.

local known = redis.call('HMGET', KEYS[1], 'l', 'rv')
if not known[1] then return 0 end
local lines = {}
for line in ((known[2] or '') .. '\n' .. ARGV[1]):gmatch('[^\n]+') do lines[#lines + 1] = line end
while #lines > tonumber(ARGV[2]) do table.remove(lines, 1) end
redis.call('HSET', KEYS[1], 'rv', table.concat(lines, '\n'))
return 1
