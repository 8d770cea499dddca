import { setTimeout as wait } from 'node:timers/promises';

/** With `TEST_FULL_LENGTH=1` outages last as long as in life, and every setting has its default. */
export const isFullLength = process.env['TEST_FULL_LENGTH'] === '1';

/** The times that a cluster keeps, short enough for a test to wait for them. */
const shortTimes = {
  HOLD_LIFE: '4s',
  EXPIRE_INTERVAL: '500ms',
  SWEEP_INTERVAL: '2s',
  RESEND_AFTER: '2s',
  NODE_HEARTBEAT: '200ms',
  NODE_TIMEOUT: '3s',
  QUEUE_STALL_INTERVAL: '2s',
  DATABASE_LOCK_TIMEOUT: '2s',
  DATABASE_IDLE_TIMEOUT: '3s',
  REDIS_COMMAND_TIMEOUT: '500ms',
};

export const clusterTimes: Record<string, string> = isFullLength ? {} : shortTimes;

/** Milliseconds. */
export const times = isFullLength
  ? { outage: 25_000, commandTimeout: 1000, resendAfter: 60_000, patience: 240_000, test: 900_000 }
  : { outage: 2500, commandTimeout: 500, resendAfter: 2000, patience: 30_000, test: 90_000 };

/** What is broken stays broken for a while: here the time is the condition. */
export function outage(ms = times.outage): Promise<void> {
  return wait(ms);
}
