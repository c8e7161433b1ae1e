-- The group is free, if it was theirs.
--
-- KEYS  1 owner of the group
-- ARGV  1 who gives it back

if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
