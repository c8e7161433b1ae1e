-- Takes a page of changes: marks, links and cursor in one step, if the cursor is still where the page began and none of
-- the appointments has another id by now. A mailbox that gave one is refused no more.
--
-- KEYS  1 mailbox  2 deliveries  3 due:deliveries  4 handles  5 unlisted  6… the appointment of each mark
-- ARGV  1 mailbox id  2 now  3 cursor before, '' for none  4 cursor after  5 '1' if nothing more is to be had
--       6 number of items that are there  7… their handles, then for each mark: appointment id, kind, reason or '', when
--       it was notified or '', when it is due or '', item or ''
-- Returns 1 if applied, 0 if moved (nothing is stored).

-- include due
-- include relink
-- include mark
-- include observe

local mailbox, now = ARGV[1], ARGV[2]
if (redis.call('HGET', KEYS[1], 'cursor') or '') ~= ARGV[3] then return 0 end
for n = 6, #KEYS do
  if redis.call('HEXISTS', KEYS[n], 'n') == 1 then return 0 end
end

redis.call('HSET', KEYS[1], 'cursor', ARGV[4])
redis.call('HDEL', KEYS[1], 'refused', 'since')
if ARGV[5] == '1' then redis.call('HSET', KEYS[1], 'current', now) end
local first = 7 + tonumber(ARGV[6])
if redis.call('EXISTS', KEYS[5]) == 1 then
  for n = 7, first - 1 do
    local id = redis.call('HGET', KEYS[4], ARGV[n])
    if id then redis.call('ZREM', KEYS[5], id) end
  end
end
for n = 6, #KEYS do
  local at = first + 6 * (n - 6)
  observe(KEYS[n], KEYS[4], KEYS[2], KEYS[3], ARGV[at], mailbox, {
    now = now, kind = ARGV[at + 1], reason = ARGV[at + 2], notified = ARGV[at + 3], due = ARGV[at + 4],
    item = ARGV[at + 5],
  })
end
return 1
