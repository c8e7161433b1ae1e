-- Forgets the subscription with that id, if it is the mailbox's.
--
-- KEYS  1 mailbox
-- ARGV  1 id
-- Returns the digest of its token, '' if the mailbox has another one or none.

local known = redis.call('HMGET', KEYS[1], 'subscription', 'token')
if known[1] ~= ARGV[1] then return '' end
redis.call('HDEL', KEYS[1], 'subscription', 'token', 'started', 'heard')
return known[2]
