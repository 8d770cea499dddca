-- Held entries past due become expired, whatever their node says: a live one extends what it knows.
--
-- ARGV: how many at most
-- Answers {number looked at, then for each that expired: id, entry}.
local now = unixMs()
local since = digits(now)
local ids = call('ZRANGEBYSCORE', DUE, '-inf', since, 'LIMIT', 0, ARGV[1])

local reply = { #ids }
for _, id in ipairs(ids) do
  local text = call('HGET', OPEN, id)
  local entry = text and parseEntry(text)
  if entry and entry.state == 'h' then
    addHeld(entry, -1)
    entry.state, entry.since = 'x', since
    writeEntry(id, entry)
    reply[#reply + 1] = id
    reply[#reply + 1] = call('HGET', OPEN, id)
  end
  if text and not entry then
    -- Of a newer format: a node that knows it looks again.
    call('ZADD', DUE, digits(now + MINUTE_MS), id)
  else
    call('ZREM', DUE, id)
  end
end
return reply
