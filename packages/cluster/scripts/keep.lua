-- More time for held entries. What is settled or expired stays so.
--
-- ARGV: epoch, life of a held entry in ms; then the ids
-- Answers {0, right epoch} and does nothing when the epoch is another, else {1, number of entries that are not there at all}.
local epoch = call('GET', KEYS[1])
if epoch ~= ARGV[1] then return { 0, epoch or '' } end
local due = digits(unixMs() + tonumber(ARGV[2]))

local lost = 0
for i = 3, #ARGV do
  if call('ZSCORE', DUE, ARGV[i]) then
    call('ZADD', DUE, due, ARGV[i])
  elseif call('HEXISTS', OPEN, ARGV[i]) == 0 then
    lost = lost + 1
  end
end
return { 1, lost }
