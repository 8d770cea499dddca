-- Sets a number, never to a lower one.
--
-- KEYS[1] the number; ARGV: its new value
local current = redis.call('GET', KEYS[1])
if not current or tonumber(current) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end
return 1
