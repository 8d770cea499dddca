-- A node puts back entries of its own that are absent. Entries that are there stay as they are.
--
-- ARGV: random text for an epoch, node id if with this call everything of the node is back else '', life of a held entry in ms;
--       then for each entry: id, state (h or s), amount, places, tail (see bucket.lua)
-- Answers {epoch, number of entries that were absent}.
local epoch = currentEpoch(ARGV[1])
local now = unixMs()
local since, due = digits(now), digits(now + tonumber(ARGV[3]))

local absent = 0
for i = 4, #ARGV, 5 do
  local id, state, amount, places, tail = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local text = '1' .. state .. '|' .. amount .. '|' .. since .. '|0-' .. places .. '|0|' .. tail
  if call('HSETNX', OPEN, id, text) == 1 then
    local entry = parseEntry(text)
    addPending(entry, entry.amount)
    if state == 'h' then
      addHeld(entry, 1)
      call('ZADD', DUE, due, id)
    end
    absent = absent + 1
  end
end
if ARGV[2] ~= '' then
  call('SADD', RESTORED, ARGV[2])
  -- Only looked at while the epoch is young.
  call('PEXPIRE', RESTORED, 10 * MINUTE_MS)
end
return { epoch, absent }
