import type { Logger, ScheduledJob, Schedules } from '@turnpike/core';

/** Timers in this process. A run that is still going when the next is due makes that one be skipped. */
export function createInProcessSchedules({ logger }: { logger: Logger }): Schedules {
  return {
    start(jobs) {
      const running = new Map<string, Promise<void>>();
      const timers = jobs.map((job) =>
        setInterval(() => {
          if (!running.has(job.name))
            running.set(
              job.name,
              runOnce(job, logger).finally(() => running.delete(job.name)),
            );
        }, job.intervalMs),
      );
      return Promise.resolve({
        async stop() {
          for (const timer of timers) clearInterval(timer);
          await Promise.all(running.values());
        },
      });
    },
  };
}

async function runOnce(job: ScheduledJob, logger: Logger): Promise<void> {
  try {
    await job.run();
  } catch (error) {
    logger.error({ err: error, job: job.name }, 'scheduled job failed');
  }
}
