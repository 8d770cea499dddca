-- The actual amounts are known: held entries keep them aside until they are absorbed. Anything else stays as it is.
--
-- ARGV: epoch; then for each request: id, amount, tokens used
-- Answers {0, right epoch} and does nothing when the epoch is another, else {1}.
local epoch = call('GET', KEYS[1])
if epoch ~= ARGV[1] then return { 0, epoch or '' } end
local now = unixMs()
local since = digits(now)

for i = 2, #ARGV, 3 do
  local id, amount = ARGV[i], tonumber(ARGV[i + 1])
  local entry = findEntry(id)
  if entry and entry.state == 'h' then
    addPending(entry, amount - entry.amount)
    addHeld(entry, -1)
    correctTokens(entry, tonumber(ARGV[i + 2]), now)
    entry.state, entry.amount, entry.since = 's', amount, since
    writeEntry(id, entry)
    call('ZREM', DUE, id)
  end
end
return { 1 }
