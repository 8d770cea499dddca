-- What one node counted of a group or channel since it last told, and what all nodes together have counted.
--
-- KEYS[1] hash: r:<minute> requests, t:<minute> tokens, h:<node> '<in flight> <time in ms>'
-- ARGV: node, its requests in flight, requests of this minute, tokens of this minute, tokens to correct in the minute before,
--       ms after which a silent node does not count any more
-- Answers time in ms, requests and tokens of this minute, of the one before, in flight on other nodes, nodes that use it.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local minute = math.floor(now / 60000)
local this, before = string.format('%.0f', minute), string.format('%.0f', minute - 1)
if ARGV[3] ~= '0' then redis.call('HINCRBY', KEYS[1], 'r:' .. this, ARGV[3]) end
if ARGV[4] ~= '0' then redis.call('HINCRBY', KEYS[1], 't:' .. this, ARGV[4]) end
if ARGV[5] ~= '0' then redis.call('HINCRBY', KEYS[1], 't:' .. before, ARGV[5]) end
redis.call('HSET', KEYS[1], 'h:' .. ARGV[1], ARGV[2] .. ' ' .. string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], 180000)

local counted = {}
local held, nodes = 0, 0
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  local kind, rest = string.match(fields[i], '^(%a):(.*)$')
  if kind == 'h' then
    local inFlight, at = string.match(fields[i + 1], '^(%-?%d+) (%d+)$')
    if now - tonumber(at) > tonumber(ARGV[6]) then
      redis.call('HDEL', KEYS[1], fields[i])
    else
      nodes = nodes + 1
      if rest ~= ARGV[1] then held = held + tonumber(inFlight) end
    end
  elseif rest == this or rest == before then
    counted[fields[i]] = tonumber(fields[i + 1])
  else
    redis.call('HDEL', KEYS[1], fields[i])
  end
end
local function count(field) return math.max(0, counted[field] or 0) end
return {
  string.format('%.0f', now), count('r:' .. this), count('t:' .. this), count('r:' .. before), count('t:' .. before),
  held, nodes,
}
