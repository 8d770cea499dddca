-- Sets quota aside for requests that are about to be sent upstream.
--
-- ARGV: epoch, life of a held entry in ms; then for each request: id, amount, record version of the user, of the token,
--       limits ('' or `tokens`, then of the user and then of the token `requests,tokens,concurrency,quota of a day,of a month`; 0: none),
--       tail of the entry (see bucket.lua)
-- Answers {0, right epoch} and does nothing when the epoch is another, else {1, then for each request: code, x, y}; the codes are
-- in src/ledger/reserve-call.ts. Where limits were given, six numbers follow: of requests and of tokens per minute the limit that is
-- nearer to its end (0: none), what it leaves, and ms until nothing of it is used.
local epoch = call('GET', KEYS[1])
if epoch ~= ARGV[1] then return { 0, epoch or '' } end
local now = unixMs()
local since, due = digits(now), digits(now + tonumber(ARGV[2]))
local today = floor(now / DAY_MS)

local RESERVED, EXISTS, TOKEN_QUOTA, USER_QUOTA, TOKEN_DISABLED, USER_DISABLED, STALE, NOT_LOADED, LIMITED, BUDGET =
  0, 1, 2, 3, 4, 5, 6, 7, 8, 14

-- Milliseconds until `more` fits below the limit; 0: it fits now.
local function waitFor(current, previous, more, limit, elapsed)
  local weighted = previous * (MINUTE_MS - elapsed) / MINUTE_MS + current
  if weighted + more <= limit then return 0 end
  if more > limit then return MINUTE_MS end
  if current + more <= limit then
    -- The earlier window has to fade.
    return math.max(1, math.ceil(MINUTE_MS * (1 - (limit - current - more) / previous)) - elapsed)
  end
  return MINUTE_MS - elapsed + math.max(1, math.ceil(MINUTE_MS * (1 - (limit - more) / current)))
end

-- Whether a limit of one account refuses: code, limit, ms to wait. Codes count up from LIMITED: concurrency, requests, tokens.
local function refuseByLimits(windows, held, tokens, requestLimit, tokenLimit, concurrency)
  if concurrency > 0 and held >= concurrency then return 0, concurrency, 1000 end
  if requestLimit > 0 then
    local wait = waitFor(windows.r, windows.pr, 1, requestLimit, windows.elapsed)
    if wait > 0 then return 1, requestLimit, wait end
  end
  if tokenLimit > 0 then
    local wait = waitFor(windows.t, windows.pt, tokens, tokenLimit, windows.elapsed)
    if wait > 0 then return 2, tokenLimit, wait end
  end
end

-- Which of the two accounts has a limit.
local function letter(ofUser, ofToken)
  if ofUser > 0 then return ofToken > 0 and 'b' or 'u' end
  return ofToken > 0 and 't' or '-'
end

local function countIn(windows, tokens)
  if not windows then return end
  windows.r, windows.t = windows.r + 1, windows.t + tokens
  writeWindows(windows)
end

-- Of two limits of one kind the one that leaves less: limit, remaining, ms until nothing is used.
local function nearer(userWindows, userLimit, tokenWindows, tokenLimit, current, previous)
  local nearest, least, reset = 0, math.huge, 0
  for _, pair in ipairs({ { userWindows, userLimit }, { tokenWindows, tokenLimit } }) do
    local windows, limit = pair[1], pair[2]
    if windows and limit > 0 then
      local used = windows[previous] * (MINUTE_MS - windows.elapsed) / MINUTE_MS + windows[current]
      local left = math.max(0, floor(limit - used))
      if left < least then
        nearest, least = limit, left
        local isCurrent = windows[current] > 0 and 1 or 0
        reset = used > 0 and MINUTE_MS - windows.elapsed + MINUTE_MS * isCurrent or 0
      end
    end
  end
  return nearest, nearest > 0 and least or 0, reset
end

-- Six numbers of the last request that had limits, see above.
local figures

local function reserve(id, amount, userVersion, apiTokenVersion, limits, tail)
  local user, token, kind = match(tail, '^(%d+)|(%d+)|([ulb])')
  local entry = {
    state = 'h', amount = amount, since = since, tokens = '0', scope = '-', places = '-', minute = '0', tail = tail,
    account = base .. 'acct:' .. user, apiToken = base .. 'tok:' .. token, isLimited = kind == 'l', isAtToken = kind ~= 'u',
  }
  local u = call('HMGET', entry.account, 'v', 'rv', 'st', 'q', 'p', 'c', 's')
  local t = call('HMGET', entry.apiToken, 'v', 'rv', 'st', 'q', 'p', 'c', 's')
  local isUserMissing = not (u[1] and u[2])
  local isTokenMissing = not (t[2] and (t[1] or not entry.isAtToken))
  if isUserMissing or isTokenMissing then
    return NOT_LOADED, isUserMissing and 1 or 0, isTokenMissing and 1 or 0
  end

  local ofUser = tonumber(u[4]) - tonumber(u[5] or 0)
  local ofToken = entry.isLimited and tonumber(t[4]) - tonumber(t[5] or 0) or ofUser
  local existing = call('HGET', OPEN, id)
  if existing then
    local first = parseEntry(existing)
    -- y: the first amount; below 0: nothing is held any more.
    return EXISTS, math.min(ofUser, ofToken), first and first.state == 'h' and first.amount or -1
  end

  if t[3] == '2' then return TOKEN_DISABLED, 0, 0 end
  if u[3] ~= '1' then return USER_DISABLED, 0, 0 end
  if tonumber(userVersion) < tonumber(u[2]) or tonumber(apiTokenVersion) < tonumber(t[2]) then return STALE, 0, 0 end

  local userWindows, tokenWindows, tokens
  local l = {}
  if limits ~= '' then
    for number in string.gmatch(limits, '%d+') do l[#l + 1] = tonumber(number) end
    tokens = l[1]
    if l[2] > 0 or l[3] > 0 then userWindows = readWindows(base .. 'rate:u:' .. user, now) end
    if l[7] > 0 or l[8] > 0 then tokenWindows = readWindows(base .. 'rate:t:' .. token, now) end
    local kindOfLimit, limit, wait = refuseByLimits(userWindows, tonumber(u[6] or 0), tokens, l[2], l[3], l[4])
    if kindOfLimit then return LIMITED + kindOfLimit, limit, wait end
    kindOfLimit, limit, wait = refuseByLimits(tokenWindows, tonumber(t[6] or 0), tokens, l[7], l[8], l[9])
    if kindOfLimit then return LIMITED + 3 + kindOfLimit, limit, wait end
    entry.scope, entry.places = letter(l[3], l[8]), letter(l[4], l[9])
    if entry.scope ~= '-' then
      entry.tokens, entry.minute = digits(tokens), digits((userWindows or tokenWindows).minute)
    end
  end

  if entry.isLimited and ofToken < amount then return TOKEN_QUOTA, math.max(0, ofToken), 0 end
  if ofUser < amount then return USER_QUOTA, math.max(0, ofUser), 0 end
  local left = math.min(ofUser, ofToken)
  if limits ~= '' then
    local ofBudget, isMonth = leftOfBudgets(u[7], tonumber(u[5] or 0), l[5], l[6], today)
    if ofBudget < amount then return BUDGET + (isMonth and 1 or 0), math.max(0, ofBudget), 0 end
    left = math.min(left, ofBudget)
    ofBudget, isMonth = leftOfBudgets(t[7], tonumber(t[5] or 0), l[10], l[11], today)
    if ofBudget < amount then return BUDGET + (isMonth and 3 or 2), math.max(0, ofBudget), 0 end
    left = math.min(left, ofBudget)
  end

  writeEntry(id, entry)
  call('ZADD', DUE, due, id)
  addPending(entry, amount)
  addHeld(entry, 1)
  countIn(userWindows, tokens)
  countIn(tokenWindows, tokens)
  if limits ~= '' then
    local r, rLeft, rReset = nearer(userWindows, l[2], tokenWindows, l[7], 'r', 'pr')
    local k, kLeft, kReset = nearer(userWindows, l[3], tokenWindows, l[8], 't', 'pt')
    figures = { r, rLeft, rReset, k, kLeft, kReset }
  end
  return RESERVED, left - amount, 0
end

local reply = { 1 }
for i = 3, #ARGV, 6 do
  figures = nil
  local code, x, y = reserve(ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5])
  local n = #reply
  reply[n + 1], reply[n + 2], reply[n + 3] = code, x, y
  if ARGV[i + 4] ~= '' then
    for j = 1, 6 do reply[n + 3 + j] = figures and figures[j] or 0 end
  end
end
return reply
