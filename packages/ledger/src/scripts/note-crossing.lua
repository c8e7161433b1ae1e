-- Notes what went from one side to the other of an appointment that is known, and whether it is frozen for it.
--
-- KEYS  1 appointment
-- ARGV  1 crossing, '' for none  2 how many are kept  3 frozen since when and for what, '' if it is not

local known = redis.call('HMGET', KEYS[1], 'e', 'f')
if not known[1] then return end
if ARGV[3] ~= '' then redis.call('HSETNX', KEYS[1], 'z', ARGV[3]) end
if ARGV[1] == '' then return end

local lines = {}
for line in ((known[2] or '') .. '\n' .. ARGV[1]):gmatch('[^\n]+') do lines[#lines + 1] = line end
while #lines > tonumber(ARGV[2]) do table.remove(lines, 1) end
redis.call('HSET', KEYS[1], 'f', table.concat(lines, '\n'))
