import { Worker, type Job, type JobJson } from 'bullmq';

/** Data of a job that is not JSON, as it was found. */
export class UnreadableData {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * BullMQ's worker, which also hands over jobs whose data is no JSON. By itself it throws while it takes such a job, and
 * takes it again after each stall, for ever.
 */
export class UsageWorker extends Worker<unknown, void> {
  protected override createJob(data: JobJson, jobId: string): Job<unknown, void> {
    try {
      return super.createJob(data, jobId);
    } catch {
      const job = super.createJob({ ...data, data: 'null' }, jobId);
      job.data = new UnreadableData(data.data);
      return job;
    }
  }
}
