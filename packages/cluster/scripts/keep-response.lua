-- Keeps a value and forgets the oldest ones, so that all together stay within a number of bytes.
--
-- KEYS values (hash), ages (sorted set), sizes (hash), sum of the sizes
-- ARGV: name, value, size in bytes, now in ms, life in ms, most bytes
-- Answers 1 where it is kept, 0 where it would not even fit alone.
local values, ages, sizes, sum = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local name, value = ARGV[1], ARGV[2]
local size, now, life, most = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])

local function forget(gone)
  local bytes = redis.call('HGET', sizes, gone)
  if bytes then redis.call('DECRBY', sum, bytes) end
  redis.call('HDEL', values, gone)
  redis.call('HDEL', sizes, gone)
  redis.call('ZREM', ages, gone)
end

if size > most then return 0 end
forget(name)
-- Some at a time: a script must not take long.
for _, old in ipairs(redis.call('ZRANGEBYSCORE', ages, '-inf', string.format('%.0f', now - life), 'LIMIT', 0, 100)) do
  forget(old)
end
while tonumber(redis.call('GET', sum) or '0') + size > most do
  local oldest = redis.call('ZRANGE', ages, 0, 0)[1]
  if not oldest then
    redis.call('DEL', sum)
    break
  end
  forget(oldest)
end
redis.call('HSET', values, name, value)
redis.call('HSET', sizes, name, size)
redis.call('ZADD', ages, string.format('%.0f', now), name)
redis.call('INCRBY', sum, size)
-- Nothing outlives the last value that was put.
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[5]) end
return 1
