-- Makes an appointment that was made in Exchange, and that the ledger knows by another id, the one with the new id: its
-- record moves there. One that is not known yet will be found there: by its former id, and by its UID if that is what
-- was given.
--
-- KEYS  1 appointment under its former id  2 under its new id  3 handles  4 outbound  5 deliveries
-- ARGV  1 former id  2 new id  3 how long the former is remembered  4 handle of the UID that it may be

-- include relink
-- include rename

if redis.call('HEXISTS', KEYS[1], 'n') == 1 or redis.call('HEXISTS', KEYS[2], 'h') == 1 then return end
if redis.call('EXISTS', KEYS[1]) == 1 then
  rename(KEYS[1], KEYS[2], ARGV[1], ARGV[2], KEYS[3], { KEYS[4], KEYS[5] }, ARGV[3])
  return
end
redis.call('HSET', KEYS[1], 'n', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('HSETNX', KEYS[3], ARGV[4], ARGV[2])
