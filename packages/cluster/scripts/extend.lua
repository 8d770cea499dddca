-- More quota for a request in flight, as much as there is, and more time.
--
-- ARGV: epoch, life of a held entry in ms, id, amount
-- Answers {0, right epoch} and does nothing when the epoch is another, else {1, granted}.
local epoch = call('GET', KEYS[1])
if epoch ~= ARGV[1] then return { 0, epoch or '' } end
local id, amount = ARGV[3], tonumber(ARGV[4])
local entry = findEntry(id)
if not entry or entry.state ~= 'h' then return { 1, 0 } end

local function leftOf(key)
  local balance = call('HMGET', key, 'v', 'q', 'p')
  return balance[1] and tonumber(balance[2]) - tonumber(balance[3] or 0) or 0
end

local granted = math.min(amount, leftOf(entry.account))
if entry.isLimited then granted = math.min(granted, leftOf(entry.apiToken)) end
granted = math.max(0, granted)
addPending(entry, granted)
entry.amount = entry.amount + granted
writeEntry(id, entry)
call('ZADD', DUE, digits(unixMs() + tonumber(ARGV[2])), id)
return { 1, granted }
