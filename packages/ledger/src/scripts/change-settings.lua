-- Changes settings, and keeps what was changed and by whom. What is set so already is no change.
--
-- KEYS  1 settings  2 changes
-- ARGV  1 now  2 who  3 how many changes are kept  4… name and value, '' to remove it
-- Returns how many settings were changed.

local change = { ARGV[1], ARGV[2] }
for n = 4, #ARGV, 2 do
  local name, value = ARGV[n], ARGV[n + 1]
  local former = redis.call('HGET', KEYS[1], name) or ''
  if former ~= value then
    if value == '' then
      redis.call('HDEL', KEYS[1], name)
    else
      redis.call('HSET', KEYS[1], name, value)
    end
    for _, part in ipairs({ name, former, value }) do change[#change + 1] = part end
  end
end
if #change == 2 then return 0 end

redis.call('LPUSH', KEYS[2], cjson.encode(change))
redis.call('LTRIM', KEYS[2], 0, ARGV[3] - 1)
return (#change - 2) / 3
