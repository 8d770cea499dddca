-- The requests cost nothing: held entries are gone. Anything else stays as it is.
--
-- ARGV: epoch; then the ids
-- Answers {0, right epoch} and does nothing when the epoch is another, else {1}.
local epoch = call('GET', KEYS[1])
if epoch ~= ARGV[1] then return { 0, epoch or '' } end
local now = unixMs()

for i = 2, #ARGV do
  local entry = findEntry(ARGV[i])
  if entry and entry.state == 'h' then
    addPending(entry, -entry.amount)
    addHeld(entry, -1)
    correctTokens(entry, 0, now)
    call('HDEL', OPEN, ARGV[i])
    call('ZREM', DUE, ARGV[i])
  end
end
return { 1 }
