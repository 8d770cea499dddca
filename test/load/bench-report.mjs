/** Middle value; of an even number of values the mean of the two in the middle. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

/** Medians over the rounds of one process in one scenario; times in microseconds. */
export function summarize(results) {
  const of = (read) => median(results.map(read));
  return {
    cpuPerUnit: of(({ cpu, units }) => cpu / units),
    perSecond: of(({ requests, streams, seconds }) => (requests ?? streams) / seconds),
    unitsPerSecond: of(({ units, seconds }) => units / seconds),
    coreShare: of(({ cpu, seconds }) => cpu / seconds / 1e6),
    p50: of(({ p50, streamP50 }) => p50 ?? streamP50),
    p99: of(({ p99, streamP99 }) => p99 ?? streamP99),
    delayP50: of(({ delayP50 }) => delayP50 ?? Number.NaN),
    delayP99: of(({ delayP99 }) => delayP99 ?? Number.NaN),
    rss: Math.max(...results.map(({ rss }) => rss)),
    errors: results.reduce((sum, { errors }) => sum + errors, 0),
  };
}

/**
 * Each compares Turnpike (`t`) with the floor (`f`) in one scenario. Where the last member says no, the figure tells
 * nothing: throughput counts only where the core of the gateway is the limit.
 */
const gates = [
  ['non-stream', 'CPU per request / floor', 2, ({ t, f }) => t.cpuPerUnit / f.cpuPerUnit],
  ['prompt-400k', 'CPU per request / floor', 1.5, ({ t, f }) => t.cpuPerUnit / f.cpuPerUnit],
  ['stream-200', 'CPU per chunk / floor', 1.4, ({ t, f }) => t.cpuPerUnit / f.cpuPerUnit],
  ['stream-200-delays', 'chunk delay p99 / floor', 3, ({ t, f }) => t.delayP99 / f.delayP99],
  ['streams-1000', 'CPU per chunk / floor', 1.4, ({ t, f }) => t.cpuPerUnit / f.cpuPerUnit],
  ['streams-1000', 'chunk delay p99 / floor', 3, ({ t, f }) => t.delayP99 / f.delayP99],
  ['streams-1000', 'RSS in MB', 250, ({ t }) => t.rss],
  ['one-connection', 'p50 overhead in ms', 1, ({ t, d }) => (t.p50 - d.p50) / 1000],
  [
    'non-stream',
    'floor req/s / req/s',
    2,
    ({ t, f }) => f.perSecond / t.perSecond,
    ({ t }) => t.coreShare > 0.8,
  ],
];

/**
 * Prints tables and gates.
 *
 * @returns {boolean} whether every gate passed, nothing failed and everything was billed
 */
export function printReport({ measured, bill, rounds, seconds }) {
  const summaries = Object.fromEntries(
    Object.entries(measured).map(([scenario, results]) => [
      scenario,
      Object.fromEntries(
        Object.entries(results)
          .filter(([, list]) => list.length > 0)
          .map(([name, list]) => [name, summarize(list)]),
      ),
    ]),
  );
  print(
    `\nMedians of ${rounds} rounds of ${seconds} s each. CPU is of the whole process, in µs.\n`,
  );
  printFigures(summaries);
  const passed = gates.map((gate) => checkGate(gate, summaries)).filter((ok) => ok !== undefined);
  const errors = Object.values(summaries)
    .flatMap((byName) => Object.values(byName))
    .reduce((sum, summary) => sum + summary.errors, 0);
  const billed = bill.billed >= bill.counted && bill.quota > 0;
  printGate(errors === 0, 'all', 'failed requests', errors, '0');
  printGate(billed, 'all', 'requests billed', bill.billed, `≥ ${bill.counted}`);
  return passed.every(Boolean) && errors === 0 && billed;
}

function printFigures(summaries) {
  const head = ['scenario', 'process', 'cpu/unit', 'answers/s', 'core', 'p50 ms', 'p99 ms'];
  printRow([...head, 'delay p50', 'delay p99', 'RSS MB']);
  for (const [scenario, byName] of Object.entries(summaries)) {
    for (const [name, s] of Object.entries(byName)) {
      printRow([
        scenario,
        name,
        fixed(s.cpuPerUnit),
        fixed(s.perSecond, 0),
        `${fixed(s.coreShare * 100, 0)} %`,
        fixed(s.p50 / 1000, 2),
        fixed(s.p99 / 1000, 2),
        fixed(s.delayP50 / 1000, 2),
        fixed(s.delayP99 / 1000, 2),
        fixed(s.rss),
      ]);
    }
  }
  print('');
}

function checkGate([scenario, what, limit, read, applies = () => true], summaries) {
  const byName = summaries[scenario];
  if (byName === undefined) return undefined;
  const processes = { t: byName.turnpike, f: byName.floor, d: byName.direct };
  const value = read(processes);
  if (!applies(processes)) {
    print(`SKIP  ${scenario.padEnd(18)} ${what}: the core was not the limit`);
    return undefined;
  }
  const isPassed = value <= limit;
  printGate(isPassed, scenario, what, fixed(value, 2), `≤ ${limit}`);
  return isPassed;
}

export function printGate(isPassed, scenario, what, value, limit) {
  print(
    `${isPassed ? 'PASS' : 'FAIL'}  ${scenario.padEnd(18)} ${what.padEnd(26)} ${String(value).padStart(9)}  (${limit})`,
  );
}

function printRow(cells) {
  const widths = [18, 9, 9, 10, 6, 9, 9, 10, 10, 8];
  const padded = cells.map((cell, at) =>
    at < 2 ? cell.padEnd(widths[at]) : cell.padStart(widths[at]),
  );
  print(padded.join(' '));
}

function fixed(value, digits = 1) {
  return Number.isNaN(value) ? '–' : value.toFixed(digits);
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
