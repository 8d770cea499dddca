import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  managementErrors,
  type LogFilter,
  type Logger,
  type RequestLogRepository,
  type RequestLogRow,
} from '@turnpike/core';
import { stringify } from 'csv-stringify';

/** In this process: each of them reads as fast as its client does. */
const AT_ONCE = 3;

/** The columns, in their order. */
const COLUMNS = [
  'id',
  'time',
  'type',
  'username',
  'token_name',
  'model_name',
  'quota',
  'prompt_tokens',
  'completion_tokens',
  'channel',
  'request_id',
  'elapsed_time',
  'is_stream',
  'content',
] as const;

export interface LogExportDeps {
  requestLogs: Pick<RequestLogRepository, 'read'>;
  logger: Logger;
}

export type LogExportService = ReturnType<typeof createLogExportService>;

/** The log as a file: comma-separated values, UTF-8 with a mark that spreadsheets know it by. */
export function createLogExportService({ requestLogs, logger }: LogExportDeps) {
  let running = 0;
  return {
    /**
     * Writes every row of a filter, newest first, as fast as it is taken; a client that goes away ends it. Resolves when
     * it ended, also badly: the output is then cut off, so that nobody takes it for whole.
     *
     * @param begin is called once the first rows are there, and gives what is written to
     * @throws `too_many_exports`; what the database throws before the first row
     */
    async write(
      filter: LogFilter,
      { withIds }: { withIds: boolean },
      begin: () => NodeJS.WritableStream,
    ): Promise<void> {
      if (running >= AT_ONCE) throw managementErrors.tooManyExports();
      running += 1;
      try {
        const portions = requestLogs.read(filter)[Symbol.asyncIterator]();
        const first = await portions.next();
        const columns = withIds ? COLUMNS : COLUMNS.filter((name) => name !== 'id');
        await pipeline(
          Readable.from(toRecords(first, portions)),
          stringify({ header: true, bom: true, columns: [...columns], escape_formulas: true }),
          begin(),
        ).catch((error: unknown) => {
          logger.warn({ err: error }, 'export of the log ended before its end');
        });
      } finally {
        running -= 1;
      }
    },
  };
}

async function* toRecords(
  first: IteratorResult<readonly RequestLogRow[]>,
  portions: AsyncIterator<readonly RequestLogRow[]>,
): AsyncGenerator<Record<string, string | number>> {
  try {
    for (let portion = first; portion.done !== true; portion = await portions.next())
      for (const row of portion.value) yield toRecord(row);
  } finally {
    await portions.return?.();
  }
}

function toRecord(row: RequestLogRow): Record<string, string | number> {
  return {
    ...row,
    time: new Date(row.created_at * 1000).toISOString().replace('.000', ''),
    is_stream: String(row.is_stream),
    system_prompt_reset: String(row.system_prompt_reset),
  };
}
