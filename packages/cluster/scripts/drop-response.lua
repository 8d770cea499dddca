-- Forgets a value.
--
-- KEYS values (hash), ages (sorted set), sizes (hash), sum of the sizes
-- ARGV: name
-- Answers 1 where it was there, else 0.
local bytes = redis.call('HGET', KEYS[3], ARGV[1])
if not bytes then return 0 end
redis.call('DECRBY', KEYS[4], bytes)
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return 1
