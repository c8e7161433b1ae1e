-- Replaces the subscription of the mailbox; or completes it, if the token is the same: what was heard of it meanwhile
-- is kept.
--
-- KEYS  1 mailbox
-- ARGV  1 id  2 digest of its token  3 when it was started  4 when it was last heard
-- Returns the digest of the former one's token, '' if there was none or it is the same.

local known = redis.call('HMGET', KEYS[1], 'token', 'heard')
local former, heard = known[1], ARGV[4]
if former == ARGV[2] and tonumber(known[2]) > tonumber(heard) then heard = known[2] end
redis.call('HSET', KEYS[1], 'subscription', ARGV[1], 'token', ARGV[2], 'started', ARGV[3], 'heard', heard)
return former and former ~= ARGV[2] and former or ''
