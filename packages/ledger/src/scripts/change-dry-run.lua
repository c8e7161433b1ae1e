-- Carries commands out, unless the dry run has ended or was begun anew: whoever slept meanwhile has no say in that one.
--
-- KEYS  1 dry run  2… what else the commands change
-- ARGV  1 name of the dry run  2 the commands
-- Returns 1 if they were carried out.

if redis.call('HGET', KEYS[1], 'run') ~= ARGV[1] then return 0 end
for _, command in ipairs(cjson.decode(ARGV[2])) do redis.call(unpack(command)) end
return 1
