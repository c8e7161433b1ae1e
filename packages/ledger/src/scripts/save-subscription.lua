-- Replaces the subscription of the mailbox.
--
-- KEYS  1 mailbox
-- ARGV  1 id  2 digest of its token  3 when it was started  4 when it was last heard
-- Returns the digest of the former one's token, '' if there was none or it is the same.

local former = redis.call('HGET', KEYS[1], 'token')
redis.call('HSET', KEYS[1], 'subscription', ARGV[1], 'token', ARGV[2], 'started', ARGV[3], 'heard', ARGV[4])
return former and former ~= ARGV[2] and former or ''
