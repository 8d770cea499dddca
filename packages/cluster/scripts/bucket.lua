-- The beginning of every script of the ledger: it is put in front of each of them.
--
-- KEYS[1] is the epoch key of one bucket. It routes the call; the other keys of the bucket have the same hash tag, so they are in
-- the same slot, and their names are made from it (as BullMQ does).
--
-- Numbers: amounts are whole and below 2^53, so Lua's doubles are exact. They become text by digits(), never by tostring or ..,
-- which write 5e+14. Sums are kept with HINCRBY.
--
-- An entry of `open` is text:  1<state>|amount|since|<tokens><scope><places>|minute|user|token|<kind>|hard|node|model
--   1       version of the format: what does not begin with it is left alone
--   state   h held, s settled, x expired
--   since   unix milliseconds of the last change of state
--   tokens  counted for limits per minute until the actual number is known, in `minute` (unix minutes), for
--   scope   - nobody, u the user, t the token, b both
--   places  whose requests in flight are counted, because there is a limit: letters as above
--   kind    of the token: l limited, u unlimited, b unlimited with a budget: of u nothing is pending at the token
--
-- An account's hash: v version, q quota, s spend (`day:of the day:of the month`, UTC days since 1970; only with a budget), p pending,
-- c in flight, rv record version, and the record.
local call, match, floor = redis.call, string.match, math.floor
local base = string.sub(KEYS[1], 1, -6) -- without "epoch"
local OPEN, DUE, RESTORED = base .. 'open', base .. 'due', base .. 'restored'
local MINUTE_MS = 60000
-- The windows of a minute are forgotten when the next one is over as well.
local WINDOW_LIFE_MS = 180000
local DAY_MS = 86400000

local function digits(number)
  return string.format('%.0f', number)
end

-- Unix milliseconds, of Redis: nodes need not agree on the time.
local function unixMs()
  local time = call('TIME')
  return tonumber(time[1]) * 1000 + floor(tonumber(time[2]) / 1000)
end

-- The epoch of the bucket; one is made of a random text and the time where there is none.
local function currentEpoch(proposal)
  local epoch = call('GET', KEYS[1])
  if not epoch then
    epoch = proposal .. ':' .. digits(unixMs())
    call('SET', KEYS[1], epoch)
    call('DEL', RESTORED)
  end
  return epoch
end

-- nil for an entry of another format.
local function parseEntry(text)
  local state, amount, since, tokens, scope, places, minute, tail =
    match(text, '^1(%a)|(%d+)|(%d+)|(%d+)([-utb])([-utb])|(%d+)|(.*)$')
  if not state then return nil end
  local user, token, kind = match(tail, '^(%d+)|(%d+)|([ulb])')
  return {
    state = state, amount = tonumber(amount), since = since, tokens = tokens, scope = scope, places = places, minute = minute,
    tail = tail, user = user, token = token, isLimited = kind == 'l', isAtToken = kind ~= 'u',
    account = base .. 'acct:' .. user, apiToken = base .. 'tok:' .. token,
  }
end

local function findEntry(id)
  local text = call('HGET', OPEN, id)
  return text and parseEntry(text)
end

local function writeEntry(id, entry)
  call('HSET', OPEN, id, '1' .. entry.state .. '|' .. digits(entry.amount) .. '|' .. entry.since .. '|' .. entry.tokens
    .. entry.scope .. entry.places .. '|' .. entry.minute .. '|' .. entry.tail)
end

-- Pending of user and token changes by exactly the difference made to one entry.
local function addPending(entry, difference)
  if difference == 0 then return end
  local text = digits(difference)
  call('HINCRBY', entry.account, 'p', text)
  if entry.isAtToken then call('HINCRBY', entry.apiToken, 'p', text) end
end

-- `c` counts requests in flight: held entries that were reserved under a limit of them.
local function addHeld(entry, difference)
  if entry.places == '-' then return end
  if entry.places ~= 't' then call('HINCRBY', entry.account, 'c', difference) end
  if entry.places ~= 'u' then call('HINCRBY', entry.apiToken, 'c', difference) end
end

-- What requests and tokens the last minute had: two windows of a minute each, the earlier one weighted by the part of it that is
-- still inside.
local function readWindows(key, now)
  local minute = floor(now / MINUTE_MS)
  local stored = call('HMGET', key, 'm', 'r', 'pr', 't', 'pt')
  local last = tonumber(stored[1] or -2)
  local windows = { key = key, minute = minute, elapsed = now % MINUTE_MS, r = 0, pr = 0, t = 0, pt = 0 }
  if last == minute or last == minute + 1 then
    -- A clock that went back a little finds itself at the beginning of the newer window.
    if last > minute then windows.minute, windows.elapsed = last, 0 end
    windows.r, windows.pr, windows.t, windows.pt =
      tonumber(stored[2]), tonumber(stored[3]), tonumber(stored[4]), tonumber(stored[5])
  elseif last == minute - 1 then
    windows.pr, windows.pt = tonumber(stored[2]), tonumber(stored[4])
  end
  return windows
end

local function writeWindows(windows)
  call('HSET', windows.key, 'm', digits(windows.minute), 'r', digits(windows.r), 'pr', digits(windows.pr),
    't', digits(windows.t), 'pt', digits(windows.pt))
  call('PEXPIRE', windows.key, WINDOW_LIFE_MS)
end

-- More than estimated counts now; less is taken back where it was counted, if that window still matters.
local function correctWindow(key, minute, difference, now)
  local windows = readWindows(key, now)
  if difference > 0 or minute == windows.minute then
    windows.t = math.max(0, windows.t + difference)
  elseif minute == windows.minute - 1 then
    windows.pt = math.max(0, windows.pt + difference)
  else
    return
  end
  writeWindows(windows)
end

-- The actual number of tokens is known.
local function correctTokens(entry, actual, now)
  if entry.scope == '-' then return end
  local difference, minute = actual - tonumber(entry.tokens), tonumber(entry.minute)
  if difference ~= 0 then
    if entry.scope ~= 't' then correctWindow(base .. 'rate:u:' .. entry.user, minute, difference, now) end
    if entry.scope ~= 'u' then correctWindow(base .. 'rate:t:' .. entry.token, minute, difference, now) end
  end
  entry.tokens, entry.scope = digits(actual), '-'
end

-- Day of the month, 1 to 31, of a day since 1970. Years are counted from March, in eras of 400 (H. Hinnant, civil_from_days).
local function dayOfMonth(day)
  local era = floor((day + 719468) / 146097)
  local ofEra = day + 719468 - era * 146097
  local year = floor((ofEra - floor(ofEra / 1460) + floor(ofEra / 36524) - floor(ofEra / 146096)) / 365)
  local ofYear = ofEra - (365 * year + floor(year / 4) - floor(year / 100))
  return ofYear - floor((153 * floor((5 * ofYear + 2) / 153) + 2) / 5) + 1
end

-- What budgets for the UTC day and month (0: none) leave of what was spent in them and is pending: the less of both, and whether it
-- is the month's. What was spent on a later day counts: nodes need not agree on the time.
local function leftOfBudgets(spend, pending, perDay, perMonth, today)
  local left, isMonth = math.huge, false
  local day, ofDay, ofMonth = match(spend or '', '^(%d+):(-?%d+):(-?%d+)$')
  day = tonumber(day or -1)
  if perDay > 0 then left = perDay - pending - (day >= today and tonumber(ofDay) or 0) end
  if perMonth > 0 then
    local monthly = perMonth - pending - (day > today - dayOfMonth(today) and tonumber(ofMonth) or 0)
    if monthly <= left then left, isMonth = monthly, true end
  end
  return left, isMonth
end

-- Takes over a balance, with what was spent of a budget where there is one.
local function writeBalance(key, version, quota, spend)
  if spend == '' then
    call('HSET', key, 'v', version, 'q', quota)
  else
    call('HSET', key, 'v', version, 'q', quota, 's', spend)
  end
end
