-- Takes over what is newer: balances by their version, records by theirs. Never touches what is pending or held.
--
-- ARGV: random text for an epoch, ms that accounts stay closed at least after an epoch was made, and at most, number of nodes that
--       are alive, their ids; then for each account: name (`acct:<id>` or `tok:<id>`), balance version ('' for none), quota,
--       spend, record version, life of the key in ms ('' for ever), number of record fields, then field, value, …
-- A bucket with a new epoch has lost its open entries. Until the nodes that are alive have put theirs back, records of accounts
-- that have none stay out, so that nobody is admitted on a balance that nothing is pending of.
-- Answers 0, or the ms after which to come again because records stayed out.
local now = unixMs()
local epoch = currentEpoch(ARGV[1])
local age = now - tonumber(match(epoch, ':(%d+)$') or 0)
local least, most, nodes = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])

local function wait()
  if age >= most then return 0 end
  if age < least then return least - age end
  for i = 5, 4 + nodes do
    if call('SISMEMBER', RESTORED, ARGV[i]) == 0 then return most - age end
  end
  return 0
end

local closedMs, left = wait(), 0
local i = 5 + nodes
while i <= #ARGV do
  local key, version, quota, spend, recordVersion, life, count =
    base .. ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5], tonumber(ARGV[i + 6])
  local stored = call('HMGET', key, 'v', 'rv')
  if version ~= '' and (not stored[1] or tonumber(version) > tonumber(stored[1])) then
    writeBalance(key, version, quota, spend)
    if spend == '' then call('HDEL', key, 's') end
  end
  if not stored[2] and closedMs > 0 then
    left = closedMs
  elseif not stored[2] or tonumber(recordVersion) > tonumber(stored[2]) then
    call('HSET', key, 'rv', recordVersion)
    for field = i + 7, i + 6 + 2 * count, 2 do
      call('HSET', key, ARGV[field], ARGV[field + 1])
    end
    if life ~= '' then call('PEXPIRE', key, life) end
  end
  i = i + 7 + 2 * count
end
return left
