-- Makes everybody keep quiet for a while. A shorter wait never shortens a longer one.
--
-- KEYS[1] notBefore          until when all of us have to keep quiet, in ms of Redis' clock
-- ARGV: ms from now
--
-- Returns the ms that are left.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local untilMs = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now + ARGV[1])
redis.call('SET', KEYS[1], string.format('%.0f', untilMs), 'PX', untilMs - now)
return untilMs - now
