-- More quota for a request in flight, as much as there is, and more time.
--
-- ARGV: epoch, life of a held entry in ms, id, amount, budgets of the user for a day and a month, of the token (0: none)
-- Answers {0, right epoch} and does nothing when the epoch is another, else {1, granted}.
local epoch = call('GET', KEYS[1])
if epoch ~= ARGV[1] then return { 0, epoch or '' } end
local id, amount = ARGV[3], tonumber(ARGV[4])
local entry = findEntry(id)
if not entry or entry.state ~= 'h' then return { 1, 0 } end

local now = unixMs()
local today = floor(now / DAY_MS)

local function leftOf(key, isLimited, perDay, perMonth)
  local balance = call('HMGET', key, 'v', 'q', 'p', 's')
  local pending = tonumber(balance[3] or 0)
  local left = leftOfBudgets(balance[4], pending, tonumber(perDay), tonumber(perMonth), today)
  if not isLimited then return left end
  return balance[1] and math.min(left, tonumber(balance[2]) - pending) or 0
end

local granted = math.min(amount, leftOf(entry.account, true, ARGV[5], ARGV[6]))
if entry.isAtToken then granted = math.min(granted, leftOf(entry.apiToken, entry.isLimited, ARGV[7], ARGV[8])) end
granted = math.max(0, granted)
addPending(entry, granted)
entry.amount = entry.amount + granted
writeEntry(id, entry)
call('ZADD', DUE, digits(now + tonumber(ARGV[2])), id)
return { 1, granted }
