-- Publishes a snapshot of the configuration if it is newer than the published one. Of one version, the newer format wins.
--
-- KEYS[1] the configuration; ARGV: version, format, compressed body
-- Answers 1 where it was published, else 0.
local current = redis.call('HMGET', KEYS[1], 'version', 'format')
local version, format = tonumber(current[1] or -1), tonumber(current[2] or 0)
local newVersion, newFormat = tonumber(ARGV[1]), tonumber(ARGV[2])
if version > newVersion or (version == newVersion and format >= newFormat) then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'format', ARGV[2], 'snapshot', ARGV[3])
return 1
