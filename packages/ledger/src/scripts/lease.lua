-- Somebody takes care of the mailbox until then: the sweep need not wake it. If nobody says anything it is due again
-- at that time. For inbound every wake-up so far is taken care of.
--
-- KEYS  1 due of the work  2 mailbox
-- ARGV  1 mailbox id  2 until  3 the mailbox's fields that are taken care of, '' for none

redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
if ARGV[3] ~= '' then redis.call('HDEL', KEYS[2], ARGV[3]) end
