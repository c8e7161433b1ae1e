-- Takes a lease on one call in flight, if the account's budget has one to spare.
--
-- KEYS[1] notBefore          until when all of us have to keep quiet, in ms of Redis' clock
-- KEYS[2] leases, mine       sorted set: "process/n" of each call in flight in my direction, by its expiry
-- KEYS[3] leases, other      the same for the other direction
-- KEYS[4] waiting, mine      sorted set: processes that wait for a lease in my direction, by when that is forgotten
-- KEYS[5] waiting, other     the same for the other direction
-- ARGV: process, n of the lease, most in flight, ms of a lease, ms of a wait's memory, 1 if I still wait afterwards
--
-- Returns { 1, 0 } granted, { 0, 0 } denied for the moment (and noted as waiting), or { -1, ms } to keep quiet.
-- A lease that is not renewed expires, so the share of a process that died comes back by itself. While the other
-- direction waits, half of the budget is its own; while other processes of my direction wait, I get my part of the
-- rest and no more.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local rest = tonumber(redis.call('GET', KEYS[1]) or 0) - now
if rest > 0 then return { -1, rest } end

for key = 2, 5 do redis.call('ZREMRANGEBYSCORE', KEYS[key], '-inf', now) end

local process, most, leaseMs, memoryMs = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local mine = redis.call('ZRANGE', KEYS[2], 0, -1)
local total = #mine + redis.call('ZCARD', KEYS[3])

local limit = most
if redis.call('ZCARD', KEYS[5]) > 0 then limit = most - math.floor(most / 2) end

local others = redis.call('ZCARD', KEYS[4])
if redis.call('ZSCORE', KEYS[4], process) then others = others - 1 end
local held = 0
for _, lease in ipairs(mine) do
  if string.sub(lease, 1, #process) == process then held = held + 1 end
end

local granted = total < most and #mine < limit and held < math.ceil(limit / (others + 1))
if granted then
  redis.call('ZADD', KEYS[2], now + leaseMs, process .. '/' .. ARGV[2])
  redis.call('PEXPIRE', KEYS[2], leaseMs)
end
if granted and ARGV[6] == '0' then
  redis.call('ZREM', KEYS[4], process)
else
  redis.call('ZADD', KEYS[4], now + memoryMs, process)
  redis.call('PEXPIRE', KEYS[4], memoryMs)
end
return { granted and 1 or 0, 0 }
