-- Renews the leases of a process's calls in flight. One that expired meanwhile is taken again: the call is there.
--
-- KEYS[1] leases             sorted set: "process/n" of each call in flight in one direction, by its expiry
-- ARGV: ms of a lease, then each lease
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

for index = 2, #ARGV do redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[index]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return #ARGV - 1
