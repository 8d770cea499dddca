export interface ScheduledJob {
  name: string;
  /** Milliseconds between runs; the first run is one interval after the start. */
  intervalMs: number;
  run(): Promise<void>;
}

/** Periodic work. Each job runs once at a time in the whole cluster; a failing run is logged and repeated. */
export interface Schedules {
  start(jobs: readonly ScheduledJob[]): Promise<{ stop(): Promise<void> }>;
}
