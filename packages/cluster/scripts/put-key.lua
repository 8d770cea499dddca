-- Writes what is known of a key, unless something newer is there.
--
-- KEYS[1] the key's record. Its text begins with {"v":<format>,"rv":<record version>
-- ARGV: record version, text, life in ms (0: for ever)
-- Answers 1 where it was written or was there, 0 where what is there is newer.
local current = redis.call('GET', KEYS[1])
if current == ARGV[2] and ARGV[3] == '0' then return 1 end
if current then
  local version = string.match(current, '^{"v":%d+,"rv":(%d+)')
  if version and tonumber(version) > tonumber(ARGV[1]) then return 0 end
end
if ARGV[3] == '0' then
  redis.call('SET', KEYS[1], ARGV[2])
else
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
return 1
