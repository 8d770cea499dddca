-- After the commit: entries of the events are gone, and committed balances are taken over where they are newer or the first.
-- (Taken over at once also where entries may still have to be restored: an account is open only when its record is there too.)
--
-- ARGV: number of ids, the ids; then for each balance: account (`acct:<id>` or `tok:<id>`), version, quota, spend
local last = 1 + tonumber(ARGV[1])
for i = 2, last do
  local id = ARGV[i]
  local entry = findEntry(id)
  if entry then
    addPending(entry, -entry.amount)
    if entry.state == 'h' then
      addHeld(entry, -1)
      call('ZREM', DUE, id)
    end
    call('HDEL', OPEN, id)
  end
end

for i = last + 1, #ARGV, 4 do
  local key = base .. ARGV[i]
  local version = call('HGET', key, 'v')
  if not version or tonumber(ARGV[i + 1]) > tonumber(version) then
    writeBalance(key, ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
  end
end
return 1
