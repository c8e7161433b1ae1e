-- Appends a change to the feed of the deployment, with the next number, and drops what is too old. Numbers are without
-- gap, so that a reader knows whether something between its cursor and the first entry was dropped.
--
-- KEYS  1 feed (a stream, ids `number-0`)  2 number of the newest entry
-- ARGV  1 entry  2 when it was made  3 entries made before this are dropped  4 mailbox id
-- Returns its number.

local seq = redis.call('INCR', KEYS[2])
redis.call('XADD', KEYS[1], seq .. '-0', 'm', ARGV[4], 't', ARGV[2], 'e', ARGV[1])

local keep
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 100)) do
  if tonumber(entry[2][4]) >= tonumber(ARGV[3]) then break end
  keep = tonumber(entry[1]:match('^%d+')) + 1
end
if keep then redis.call('XTRIM', KEYS[1], 'MINID', string.format('%.0f-0', keep)) end
return seq
