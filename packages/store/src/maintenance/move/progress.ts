/** A line each of these, where there is something to tell. */
const INTERVAL_MS = 2000;

export interface Progress {
  /** Rows of a table that are done up to now. */
  note(table: string, rows: number): void;
  /** The last line. */
  end(result: string): void;
}

/** Tells a person how far it is, but not more often than is pleasant. */
export function createProgress(print: (line: string) => void, verb: string): Progress {
  const startedAt = performance.now();
  let lastAt = startedAt;
  return {
    note(table, rows) {
      const now = performance.now();
      if (now - lastAt < INTERVAL_MS) return;
      lastAt = now;
      print(`  ${verb} ${table}: ${String(rows)} rows …`);
    },
    end(result) {
      const seconds = (performance.now() - startedAt) / 1000;
      print(`${verb} in ${seconds.toFixed(1)} s: ${result}`);
    },
  };
}
