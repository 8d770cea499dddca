-- Tells every node, with a number that grows by one: who misses a message notices.
--
-- KEYS[1] the number of messages; ARGV: channel, message
local number = redis.call('INCR', KEYS[1])
redis.call('PUBLISH', ARGV[1], string.format('%.0f', number) .. ' ' .. ARGV[2])
return number
