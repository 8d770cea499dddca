-- Sets a balance whatever its version, if the version is still the one that was read.
--
-- ARGV: account (`acct:<id>` or `tok:<id>`), version that was read, version, quota, spend
-- Answers whether it was set.
local key = base .. ARGV[1]
if call('HGET', key, 'v') ~= ARGV[2] then return 0 end
writeBalance(key, ARGV[3], ARGV[4], ARGV[5])
return 1
