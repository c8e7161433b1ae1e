-- Makes somebody the owner of a group for a while, unless another is.
--
-- KEYS  1 owner of the group
-- ARGV  1 who asks  2 for how long
-- Returns 1 if it is theirs.

local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
