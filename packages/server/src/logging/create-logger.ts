import { join } from 'node:path';
import { pino, stdSerializers, stdTimeFunctions, type Logger as PinoLogger } from 'pino';
import { openDailyLogFile, openLogStream, type LogStream } from './daily-log-file.ts';
import { makeDirectory } from '../make-directory.ts';
import { redactSecrets } from './redact-secrets.ts';

export interface LoggerSettings {
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  /** Absolute; `undefined` means no file. */
  readonly logDir: string | undefined;
  readonly hasOnlyOneLogFile: boolean;
}

export interface OpenLogger {
  readonly logger: PinoLogger;
  /** Resolves when every line is where it belongs. Lines logged later may be lost. */
  readonly close: () => Promise<void>;
}

const STANDARD_OUTPUT = 1;

/**
 * A logger that writes one JSON object a line, in the background, to standard output and to a file in `logDir`
 * (`turnpike-YYYYMMDD.log`, or `turnpike.log`). Keys, passwords, cookies, credentials and bodies are redacted.
 *
 * @throws where the file cannot be opened
 */
export function createLogger(
  settings: LoggerSettings,
  streams: readonly LogStream[] = openStreams(settings),
): OpenLogger {
  const logger = pino(
    {
      level: settings.logLevel,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: redactSecrets,
      },
      serializers: { err: (error: Error) => redactSecrets(stdSerializers.errWithCause(error)) },
    },
    { write: (line) => streams.forEach((stream) => stream.write(line)) },
  );
  return {
    logger,
    close: async () => {
      await Promise.all(streams.map((stream) => stream.flush()));
    },
  };
}

function openStreams({ logDir, hasOnlyOneLogFile }: LoggerSettings): LogStream[] {
  const output = openLogStream(STANDARD_OUTPUT);
  if (logDir === undefined) return [output];
  if (!hasOnlyOneLogFile) return [output, openDailyLogFile(logDir)];
  makeDirectory('--log-dir', logDir);
  return [output, openLogStream(join(logDir, 'turnpike.log'))];
}
