-- Counts one call in a sliding window, if it is allowed.
--
-- KEYS[1] sorted set of the allowed calls by their time in ms
-- ARGV: allowed calls, length of the window in ms, an id for the call
-- Answers -1 where it is allowed, else in how many ms the next one will be.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local count, window = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - window))
local calls = redis.call('ZCARD', KEYS[1])
if calls >= count then
  local oldest = redis.call('ZRANGE', KEYS[1], calls - count, calls - count, 'WITHSCORES')
  -- A limit of 0 allows nothing, ever.
  return oldest[2] and tonumber(oldest[2]) + window - now or window
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return -1
