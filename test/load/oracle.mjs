/**
 * The oracle of billing. It knows three things that were written down apart from each other: what clients saw, what
 * the upstream served, and the books. They must tell one story:
 * - ids that a client saw complete ⊆ ids charged ⊆ ids the upstream served; no id twice;
 * - each amount is the price of the usage reported for that id; where the answer was cut, by whomever, it lies between
 *   the price of what reached the client and the price of what was served;
 * - what was refunded is what was charged, to whom it was charged, once;
 * - sums over log rows, users, tokens, channels and the roll-up are equal, and no balance is negative.
 *
 * In a cluster a request can also be `expired`: nobody knows what became of it. Without an amount that is no charge; it
 * must not have been seen complete. A `recovered` one was charged by the ledger's amount, which is the price.
 *
 * @param {object} evidence
 * @param {import('./traffic.mjs').Sight[]} evidence.sights
 * @param {object[]} evidence.served records of the simulated provider
 * @param {import('./books.mjs').Books} evidence.books only charges of the users in it are looked at one by one
 * @param {(usage: { promptTokens: number, completionTokens: number }) => number} evidence.price
 * @param {boolean} [evidence.isCalm] no relay was killed, no client left, no upstream failed: the three sets are equal
 * @param {boolean} [evidence.mayOverdraw] budgets are soft, so that a balance may be below zero
 * @returns {string[]} what does not fit; empty: the bill is exact
 */
export function findBillingErrors({
  sights,
  served,
  books,
  price,
  isCalm = false,
  mayOverdraw = false,
}) {
  const servedById = groupBy(served, ({ requestId }) => requestId);
  const sightById = new Map(sights.filter(({ id }) => id !== '').map((sight) => [sight.id, sight]));
  const own = books.logs.filter(({ user_id: id }) => books.users.has(id));
  const rowsById = groupBy(own, ({ request_id: id }) => id);
  return [
    ...findRowErrors(rowsById, books),
    ...findSetErrors({ sights, servedById, rowsById, books, isCalm }),
    ...findAmountErrors({ sightById, servedById, rowsById, books, price }),
    ...findRefundErrors(rowsById, books),
    ...findSumErrors(books, mayOverdraw),
  ];
}

/** Attempts that delivered something which has to be paid. */
function deliveredBy(records) {
  return records.filter(({ end, tokensWritten }) => end !== 'failed' || tokensWritten > 0);
}

/** One row for a charge; a second one only where the real usage arrived after an assumed charge. */
function findRowErrors(rowsById, books) {
  const found = [];
  // A refund makes an assumed charge final.
  const refunded = new Set(books.refunds.map(({ requestId }) => requestId));
  for (const [id, rows] of rowsById) {
    const request = books.requests.get(id);
    if (request === undefined) {
      found.push(`${id}: a log row, but no charge`);
      continue;
    }
    const real = rows.filter(({ isAssumed }) => !isAssumed).length;
    const isCounted = refunded.has(id) || real === (request.kind === 'real' ? 1 : 0);
    if (!isCounted || rows.length - real > 1) found.push(`${id}: two log rows`);
    if (sumQuota(rows) !== request.charged)
      found.push(`${id}: charged ${request.charged}, but its log rows say ${sumQuota(rows)}`);
  }
  const logged = new Set(books.logs.map(({ request_id: id }) => id));
  for (const id of books.requests.keys()) {
    if (!logged.has(id)) found.push(`${id}: a charge, but no log row`);
  }
  return found;
}

function isCharge({ kind, charged }) {
  return kind !== 'expired' || charged !== 0;
}

function findSetErrors({ sights, servedById, rowsById, books, isCalm }) {
  const found = [];
  const charged = new Set();
  for (const id of rowsById.keys()) {
    const request = books.requests.get(id);
    if (request === undefined || !isCharge(request)) continue;
    charged.add(id);
    if (!servedById.has(id)) found.push(`${id}: charged, but never sent upstream`);
    else if (deliveredBy(servedById.get(id)).length === 0) found.push(`${id}: charged for nothing`);
  }
  const complete = sights.filter(({ outcome }) => outcome === 'complete');
  const seenIds = new Set();
  for (const { id, plan } of complete) {
    if (seenIds.has(id)) found.push(`${id}: two answers with one id`);
    seenIds.add(id);
    if (!charged.has(id)) {
      const kind = books.requests.get(id)?.kind ?? 'without a row';
      found.push(`${id}: complete (${plan}), but not charged (${kind})`);
    }
  }
  if (isCalm && !(complete.length === charged.size && charged.size === servedById.size)) {
    found.push(`seen ${complete.length}, charged ${charged.size}, served ${servedById.size}`);
  }
  return found;
}

/** Prompts of answers without reported usage are counted here and there in slightly different ways. */
const promptSlack = 12;

function findAmountErrors({ sightById, servedById, rowsById, books, price }) {
  const found = [];
  for (const [id, [{ user_id: userId }]] of rowsById) {
    const request = books.requests.get(id);
    if (request === undefined || !isCharge(request)) continue;
    const records = deliveredBy(servedById.get(id) ?? []);
    if (records.length === 0) continue;
    const [lower, upper] = boundsOf(records, sightById.get(id), price);
    const { charged } = request;
    const isWrittenOff = charged < lower && books.users.get(userId)?.quota === 0;
    if (isWrittenOff || (charged >= lower && charged <= upper)) continue;
    const what = records.map(({ end, tokensWritten }) => `${end} ${tokensWritten}`).join(', ');
    found.push(`${id}: charged ${charged}, expected ${lower} to ${upper} (served: ${what})`);
  }
  return found;
}

/** The attempt that served is not told apart from those before it, so any of them may explain the amount. */
function boundsOf(records, sight, price) {
  const bounds = records.map((record) => {
    if (record.usageReported !== null && sight?.outcome === 'complete') {
      const exact = price(record.usageReported);
      return [exact, exact];
    }
    const prompt = record.promptTokens;
    const seen = sight?.tokens ?? 0;
    const full = record.usageReported?.completionTokens ?? record.tokensWritten;
    const least = { promptTokens: Math.max(0, prompt - promptSlack), completionTokens: seen };
    return [
      seen === 0 ? 0 : price(least),
      price({ promptTokens: prompt + promptSlack, completionTokens: Math.max(full, seen) }),
    ];
  });
  return [Math.min(...bounds.map(([low]) => low)), Math.max(...bounds.map(([, high]) => high))];
}

function findRefundErrors(rowsById, { refunds, requests, users }) {
  const found = [];
  const seen = new Set();
  for (const { requestId: id, kind, accountId, quota } of refunds) {
    const [row] = rowsById.get(id) ?? [];
    const charged = requests.get(id)?.charged;
    if (row === undefined || charged === undefined) {
      found.push(`${id}: refunded, but never charged`);
      continue;
    }
    if (seen.has(`${kind} ${id}`)) found.push(`${id}: refunded twice`);
    seen.add(`${kind} ${id}`);
    if (kind === 'user' && row.user_id !== accountId)
      found.push(`${id}: charged to ${row.user_id}, but refunded to ${accountId}`);
    const isWrittenOff = (users.get(row.user_id)?.writtenOff ?? 0) > 0 && quota < charged;
    if (quota !== charged && !isWrittenOff)
      found.push(`${id}: charged ${charged}, but refunded ${quota} to the ${kind}`);
  }
  return found;
}

function findSumErrors({ logs, users, tokens, channels, rollUpQuota }, mayOverdraw) {
  const found = [];
  const compare = (what, actual, expected) => {
    if (actual !== expected) found.push(`${what} is ${actual}, expected ${expected}`);
  };
  const byUser = groupBy(logs, ({ user_id: id }) => id);
  for (const [id, user] of users) {
    const rows = byUser.get(id) ?? [];
    const requests = new Set(rows.map(({ request_id: requestId }) => requestId));
    compare(`used quota of user ${id}`, user.usedQuota, sumQuota(rows));
    compare(`request count of user ${id}`, user.requestCount, requests.size);
    const { granted, writtenOff, refunded, startQuota = granted } = user;
    compare(`what was granted to user ${id}`, granted, startQuota);
    compare(`balance of user ${id}`, user.quota, granted + writtenOff + refunded - sumQuota(rows));
    if (user.quota < 0 && !mayOverdraw)
      found.push(`balance of user ${id} is negative: ${user.quota}`);
  }
  const byToken = groupBy(logs, ({ token_name: name }) => name);
  for (const [name, token] of tokens) {
    const sum = sumQuota(byToken.get(name) ?? []);
    compare(`used quota of token ${name}`, token.usedQuota, sum);
    if (token.isUnlimited) continue;
    const { granted, writtenOff, refunded } = token;
    compare(`balance of token ${name}`, token.remainQuota, granted + writtenOff + refunded - sum);
    if (token.remainQuota < 0 && !mayOverdraw) found.push(`balance of token ${name} is negative`);
  }
  const byChannel = groupBy(logs, ({ channel_id: id }) => id);
  for (const [id, { usedQuota }] of channels) {
    compare(`used quota of channel ${id}`, usedQuota, sumQuota(byChannel.get(id) ?? []));
  }
  compare('the hourly roll-up', rollUpQuota, sumQuota(logs));
  return found;
}

function sumQuota(rows) {
  return rows.reduce((sum, { quota }) => sum + quota, 0);
}

function groupBy(rows, keyOf) {
  const groups = new Map();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}
